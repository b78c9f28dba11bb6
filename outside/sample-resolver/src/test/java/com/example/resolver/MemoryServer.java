package com.example.resolver;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;

/** Answers for a few names of example, and for one of them only when it is told to. */
final class MemoryServer implements Resolver {
    private static final Name TARGET = Name.fromConstantString("target.example.");

    private final List<Runnable> unanswered = new ArrayList<>();
    private boolean silent = true;

    @Override
    public CompletionStage<Message> sendAsync(Message query) {
        CompletableFuture<Message> answer = new CompletableFuture<>();
        String name = query.getQuestion().getName().toString(true);
        synchronized (this) {
            if (name.equals("silent.example") && silent) {
                unanswered.add(() -> answer.complete(answer(query, name)));
                return answer;
            }
        }
        answer.complete(answer(query, name));
        return answer;
    }

    void answerSilentHost() {
        List<Runnable> answers;
        synchronized (this) {
            silent = false;
            answers = new ArrayList<>(unanswered);
            unanswered.clear();
        }
        answers.forEach(Runnable::run);
    }

    private static Message answer(Message query, String name) {
        Record question = query.getQuestion();
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(question, Section.QUESTION);
        switch (name) {
            case "alias.example" -> {
                answer.addRecord(new CNAMERecord(question.getName(), DClass.IN, 60, TARGET), Section.ANSWER);
                addAddress(answer, TARGET, question.getType());
            }
            case "known.example", "silent.example", "target.example" -> addAddress(answer, question.getName(), question.getType());
            default -> answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        return answer;
    }

    private static void addAddress(Message answer, Name name, int type) {
        if (type == Type.A) {
            answer.addRecord(new ARecord(name, DClass.IN, 60, InetAddress.ofLiteral("192.0.2.7")), Section.ANSWER);
        } else if (type == Type.AAAA) {
            answer.addRecord(new AAAARecord(name, DClass.IN, 60, InetAddress.ofLiteral("2001:db8::7")), Section.ANSWER);
        }
    }

    @Override
    public Message send(Message query) throws IOException {
        return sendAsync(query).toCompletableFuture().join();
    }

    // What a server in memory has no use for.

    @Override
    public void setPort(int port) {}

    @Override
    public void setTCP(boolean flag) {}

    @Override
    public void setIgnoreTruncation(boolean flag) {}

    @Override
    public void setEDNS(int version, int payloadSize, int flags, List<EDNSOption> options) {}

    @Override
    public void setTSIGKey(TSIG key) {}

    @Override
    public void setTimeout(Duration timeout) {}
}
