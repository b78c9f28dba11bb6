package dev.jevent.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;

/** A name server on a loopback port: 192.0.2.1 for each A question, nothing for others; names that begin with "none" it doesn't have. */
final class SmallNameServer implements AutoCloseable {
    private static final byte[] ADDRESS = {(byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, (byte) 192, 0, 2, 1};

    private final DatagramSocket socket;
    private final Thread thread;

    SmallNameServer() throws IOException {
        socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        thread = Thread.ofPlatform().daemon().start(this::serve);
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[512], 512);
        while (!socket.isClosed()) {
            try {
                packet.setLength(512);
                socket.receive(packet);
                byte[] answer = answer(packet.getData());
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static byte[] answer(byte[] query) {
        int end = 12;
        while (query[end] != 0) {
            end += 1 + query[end];
        }
        end += 5;
        boolean none = query[12] == 4 && query[13] == 'n' && query[14] == 'o';
        boolean four = query[end - 3] == 1;
        byte[] answer = Arrays.copyOf(query, end + (four && !none ? ADDRESS.length : 0));
        answer[2] |= (byte) 0x80;
        answer[3] = (byte) (none ? 3 : 0);
        answer[7] = (byte) (four && !none ? 1 : 0);
        answer[11] = 0;
        if (four && !none) {
            System.arraycopy(ADDRESS, 0, answer, end, ADDRESS.length);
        }
        return answer;
    }

    @Override
    public void close() throws InterruptedException {
        socket.close();
        thread.join();
    }
}
