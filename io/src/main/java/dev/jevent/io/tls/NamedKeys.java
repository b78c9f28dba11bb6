package dev.jevent.io.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;

/** Chooses the certificate by the name that the client asks for. An alias is the number of an entry. */
final class NamedKeys extends X509ExtendedKeyManager {
    /** @param name {@code shop.example}, {@code *.example}, or null for all */
    record Entry(String name, X509Certificate[] chain, PrivateKey key) {
        boolean isSignedByOneOf(Principal[] issuers) {
            return issuers == null || issuers.length == 0 || Arrays.stream(chain)
                    .anyMatch(certificate -> Arrays.asList(issuers).contains(certificate.getIssuerX500Principal()));
        }
    }

    private final List<Entry> entries;

    NamedKeys(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return serverAlias(keyType, engine.getHandshakeSession());
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return serverAlias(keyType, socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null);
    }

    @Override
    public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        return chooseClientAlias(keyTypes, issuers, null);
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return Arrays.stream(keyTypes)
                .map(type -> first(entry -> isOf(type, entry) && entry.isSignedByOneOf(issuers)))
                .filter(alias -> alias != null)
                .findFirst()
                .orElse(null);
    }

    /** Those of exactly this name, else those of a pattern, else those of no name: never of another host. */
    private String serverAlias(String keyType, SSLSession session) {
        String host = session instanceof ExtendedSSLSession extended
                ? ServerNames.host(extended.getRequestedServerNames(), null) : null;
        Predicate<Entry> exact = entry -> entry.name() != null && entry.name().equalsIgnoreCase(host);
        Predicate<Entry> pattern = entry -> entry.name() != null && host != null && ServerNames.matches(entry.name(), host);
        Predicate<Entry> any = entry -> entry.name() == null;
        for (Predicate<Entry> fits : List.of(exact, pattern, any)) {
            if (entries.stream().anyMatch(fits)) {
                return first(entry -> fits.test(entry) && isOf(keyType, entry));
            }
        }
        return null;
    }

    private static boolean isOf(String keyType, Entry entry) {
        return entry.key().getAlgorithm().equals(keyType);
    }

    private String first(Predicate<Entry> fits) {
        int index = IntStream.range(0, entries.size()).filter(i -> fits.test(entries.get(i))).findFirst().orElse(-1);
        return index < 0 ? null : String.valueOf(index);
    }

    private String[] all(Predicate<Entry> fits) {
        return IntStream.range(0, entries.size()).filter(i -> fits.test(entries.get(i))).mapToObj(String::valueOf).toArray(String[]::new);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return all(entry -> isOf(keyType, entry));
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return all(entry -> isOf(keyType, entry) && entry.isSignedByOneOf(issuers));
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return entries.get(Integer.parseInt(alias)).chain().clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return entries.get(Integer.parseInt(alias)).key();
    }
}
