package dev.jevent.resolver.threadpool;

import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.testkit.tck.ResolverTck;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** Against a system that this test plays. */
class ThreadPoolResolverTckTest extends ResolverTck {
    private final CountDownLatch answers = new CountDownLatch(1);

    private final InetAddressResolver system = new InetAddressResolver() {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            byte[] four = {10, 0, 0, 1};
            byte[] six = InetAddress.ofLiteral("2001:db8::1").getAddress();
            boolean both = (policy.characteristics() & LookupPolicy.IPV4) != 0 && (policy.characteristics() & LookupPolicy.IPV6) != 0;
            switch (host) {
                case "silent.example":
                    awaitAnswer();
                    break;
                case "known.example", "target.example", "alias.example":
                    break;
                default:
                    throw new UnknownHostException(host + ": Name or service not known");
            }
            return both
                    ? Stream.of(InetAddress.getByAddress(host, four), InetAddress.getByAddress(host, six))
                    : Stream.of(InetAddress.getByAddress(host, (policy.characteristics() & LookupPolicy.IPV4) != 0 ? four : six));
        }

        private void awaitAnswer() throws UnknownHostException {
            try {
                answers.await();
            } catch (InterruptedException e) {
                throw new UnknownHostException("interrupted");
            }
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            if (address.length == 4 && address[0] == 10) {
                return "target.example";
            }
            throw new UnknownHostException();
        }
    };

    @Override
    protected Resolver newResolver(Hub hub, Settings settings) {
        return new ThreadPoolResolver(hub, settings, system);
    }

    @Override
    protected String knownHost() {
        return "known.example";
    }

    @Override
    protected String silentHost() {
        return "silent.example";
    }

    @Override
    protected void answerSilentHost() {
        answers.countDown();
    }

    @Override
    protected InetAddress addressWithoutName() {
        return InetAddress.ofLiteral("192.0.2.1");
    }

    @Override
    protected List<String> aliasAndTarget() {
        return List.of("alias.example", "target.example");
    }
}
