package dev.jevent.io.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in PEM files, each with errors that name the file. */
final class PemFiles {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String KEY = "PRIVATE KEY";

    private PemFiles() {}

    /** All certificates of a file, in order; what else is in it is left out. */
    static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        Matcher block = blocks(file);
        while (block.find()) {
            if (block.group(1).equals(CERTIFICATE)) {
                try {
                    Certificate certificate = CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(content(file, block)));
                    certificates.add((X509Certificate) certificate);
                } catch (CertificateException e) {
                    throw new IOException(file + ": certificate " + (certificates.size() + 1) + " cannot be read: " + e.getMessage(), e);
                }
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + ": no certificate (expected: -----BEGIN CERTIFICATE-----)");
        }
        return certificates;
    }

    /** @param name of the server whose certificate it is; null: of any */
    static NamedKeys.Entry entry(String name, Path chain, Path key) throws IOException {
        List<X509Certificate> certificates = certificates(chain);
        PublicKey publicKey = certificates.getFirst().getPublicKey();
        byte[] encoded = key(key);
        PrivateKey privateKey;
        try {
            privateKey = KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IOException(key + ": not a key of the algorithm " + publicKey.getAlgorithm() + ", as the first certificate in "
                    + chain + " has it: " + e.getMessage(), e);
        }
        checkPair(publicKey, privateKey, chain, key);
        return new NamedKeys.Entry(name, certificates.toArray(X509Certificate[]::new), privateKey);
    }

    private static byte[] key(Path file) throws IOException {
        Matcher block = blocks(file);
        String found = null;
        while (block.find()) {
            String type = block.group(1);
            if (type.equals(KEY)) {
                return content(file, block);
            }
            if (type.endsWith(KEY)) {
                found = type;
            }
        }
        throw new IOException(file + ": " + (found == null ? "no private key" : found) + " (expected: -----BEGIN " + KEY + "-----"
                + (found == null ? ")" : ", as `openssl pkcs8 -topk8 -nodes -in " + file + "` makes it)"));
    }

    private static Matcher blocks(Path file) throws IOException {
        return BLOCK.matcher(Files.readString(file, ISO_8859_1));
    }

    private static byte[] content(Path file, Matcher block) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + block.group(1) + " is no Base64: " + e.getMessage(), e);
        }
    }

    private static void checkPair(PublicKey publicKey, PrivateKey privateKey, Path chain, Path key) throws IOException {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            case String other -> null; // nothing known to sign with
        };
        if (algorithm == null) {
            return;
        }
        byte[] text = {1, 2, 3};
        boolean fits;
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(privateKey);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(text);
            fits = signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new IOException(key + ": cannot sign with it: " + e.getMessage(), e);
        }
        if (!fits) {
            throw new IOException(key + ": not the key of the first certificate in " + chain);
        }
    }
}
