/*
 * c-ares without a socket. Whatever it would do to the world is written down as an operation, and Java does it when the
 * call has returned; whatever comes from the world is handed in by a call. So no call ever leads back into Java, waits, or
 * is entered twice.
 *
 * Operations are records of five ints (what, a, b, c, length) and length bytes, padded to whole ints:
 *
 *   OPEN    a: socket, b: 0 datagrams or 1 a stream, c: port; the bytes of the address
 *   SEND    a: socket; what to send
 *   CLOSE   a: socket
 *   WRITES  a: socket; it wants to be told when the stream can be written
 *   ANSWER  a: the query, b: its status, c: how often it timed out; the answer, if there is one
 *
 * They are collected in memory of our own and given out through the exchange, a buffer that Java allocated: as many
 * as fit each time. What a call takes from Java is in the exchange, too.
 */
#include "jni_common.h"

#include <ares.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

#include "dev_jevent_resolver_ares_Ares.h"

#define OPEN dev_jevent_resolver_ares_Ares_OPEN
#define SEND dev_jevent_resolver_ares_Ares_SEND
#define CLOSE dev_jevent_resolver_ares_Ares_CLOSE
#define WRITES dev_jevent_resolver_ares_Ares_WRITES
#define ANSWER dev_jevent_resolver_ares_Ares_ANSWER

#define HEAD ((size_t) 20)
#define PADDED(length) (((size_t) (length) + 3) & ~(size_t) 3)

/* Of each server, at most two are open: for datagrams and for a stream. */
struct sock {
    struct sock *next;
    int number;
    bool stream;
    struct sockaddr_storage address;
    ares_socklen_t address_length;
    const uint8_t *arrived; /* in the exchange, during a call */
    size_t arrived_length;
    bool ended; /* the stream was closed by its peer */
    int error;  /* it failed */
};

struct resolver {
    ares_channel channel;
    uint8_t *exchange;
    size_t exchange_size;
    struct sock *socks;
    int last_number;
    size_t pending; /* queries without an answer; there is always room for as many heads of ANSWER */
    uint8_t *operations;
    size_t length;
    size_t given; /* to Java already */
    size_t capacity;
};

/* ---- operations ---- */

static bool reserve(struct resolver *resolver, size_t more) {
    size_t needed = resolver->length + more + resolver->pending * HEAD;
    if (needed <= resolver->capacity) {
        return true;
    }
    size_t capacity = resolver->capacity < 4096 ? 4096 : resolver->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    uint8_t *operations = realloc(resolver->operations, capacity);
    if (operations == NULL) {
        return false;
    }
    resolver->operations = operations;
    resolver->capacity = capacity;
    return true;
}

/* The place for the bytes; the room was reserved. */
static uint8_t *put(struct resolver *resolver, int32_t what, int32_t a, int32_t b, int32_t c, size_t length) {
    int32_t head[] = {what, a, b, c, (int32_t) length};
    uint8_t *at = resolver->operations + resolver->length;
    memcpy(at, head, HEAD);
    resolver->length += HEAD + PADDED(length);
    return at + HEAD;
}

static bool append(struct resolver *resolver, int32_t what, int32_t a, int32_t b, int32_t c, const void *bytes, size_t length) {
    if (!reserve(resolver, HEAD + PADDED(length))) {
        return false;
    }
    uint8_t *at = put(resolver, what, a, b, c, length);
    if (length > 0) {
        memcpy(at, bytes, length);
    }
    return true;
}

/* Moves to the exchange as many whole operations as fit. Returns their bytes. */
static jint give(struct resolver *resolver) {
    size_t from = resolver->given;
    size_t to = from;
    while (to < resolver->length) {
        int32_t length;
        memcpy(&length, resolver->operations + to + HEAD - sizeof length, sizeof length);
        size_t next = to + HEAD + PADDED(length);
        if (next - from > resolver->exchange_size) {
            break;
        }
        to = next;
    }
    if (to > from) {
        memcpy(resolver->exchange, resolver->operations + from, to - from);
    }
    resolver->given = to;
    if (to == resolver->length) {
        resolver->given = resolver->length = 0;
    }
    return (jint) (to - from);
}

/* ---- what c-ares calls ---- */

static struct sock *find(struct resolver *resolver, ares_socket_t number) {
    struct sock *sock = resolver->socks;
    while (sock != NULL && sock->number != number) {
        sock = sock->next;
    }
    return sock;
}

static int failed(int error) {
    errno = error;
    return -1;
}

static ares_socket_t open_socket(int family, int type, int protocol, void *data) {
    (void) family;
    (void) protocol;
    struct resolver *resolver = data;
    struct sock *sock = calloc(1, sizeof *sock);
    if (sock == NULL) {
        return failed(ENOMEM);
    }
    /* Never the number of one before: c-ares, or Java, may still speak of that. */
    sock->number = ++resolver->last_number;
    sock->stream = type == SOCK_STREAM;
    sock->next = resolver->socks;
    resolver->socks = sock;
    return sock->number;
}

static int close_socket(ares_socket_t number, void *data) {
    struct resolver *resolver = data;
    for (struct sock **link = &resolver->socks; *link != NULL; link = &(*link)->next) {
        struct sock *sock = *link;
        if (sock->number == number) {
            *link = sock->next;
            bool told = append(resolver, CLOSE, number, 0, 0, NULL, 0);
            free(sock);
            return told ? 0 : failed(ENOMEM); /* then Java closes it with the rest */
        }
    }
    return failed(EBADF);
}

static int connect_socket(ares_socket_t number, const struct sockaddr *address, ares_socklen_t length, void *data) {
    struct resolver *resolver = data;
    struct sock *sock = find(resolver, number);
    if (sock == NULL || length > sizeof sock->address) {
        return failed(EBADF);
    }
    memcpy(&sock->address, address, length);
    sock->address_length = length;
    bool told;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *) address;
        told = append(resolver, OPEN, number, sock->stream, ntohs(four->sin_port), &four->sin_addr, 4);
    } else {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *) address;
        told = append(resolver, OPEN, number, sock->stream, ntohs(six->sin6_port), &six->sin6_addr, 16);
    }
    return !told ? failed(ENOMEM) : sock->stream ? failed(EINPROGRESS) : 0;
}

static ares_ssize_t receive(ares_socket_t number, void *into, size_t size, int flags, struct sockaddr *from,
                            ares_socklen_t *from_length, void *data) {
    (void) flags;
    struct sock *sock = find(data, number);
    if (sock == NULL) {
        return failed(EBADF);
    }
    if (sock->arrived != NULL) {
        size_t length = sock->arrived_length < size ? sock->arrived_length : size;
        memcpy(into, sock->arrived, length);
        if (sock->stream && length < sock->arrived_length) {
            sock->arrived += length;
            sock->arrived_length -= length;
        } else {
            sock->arrived = NULL; /* the rest of a datagram is lost, as ever */
        }
        if (from != NULL && from_length != NULL) {
            ares_socklen_t room = *from_length < sock->address_length ? *from_length : sock->address_length;
            memcpy(from, &sock->address, room);
            *from_length = room;
        }
        return (ares_ssize_t) length;
    }
    if (sock->error != 0) {
        return failed(sock->error);
    }
    return sock->ended ? 0 : failed(EAGAIN);
}

static ares_ssize_t transmit(ares_socket_t number, const struct iovec *parts, int count, void *data) {
    struct resolver *resolver = data;
    if (find(resolver, number) == NULL) {
        return failed(EBADF);
    }
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        length += parts[i].iov_len;
    }
    /* A stream's are sent in pieces that the exchange has room for; c-ares comes with the rest. */
    size_t most = resolver->exchange_size - HEAD - 3;
    length = length < most ? length : most;
    if (!reserve(resolver, HEAD + PADDED(length))) {
        return failed(ENOMEM);
    }
    uint8_t *at = put(resolver, SEND, number, 0, 0, length);
    size_t left = length;
    for (int i = 0; left > 0; i++) {
        size_t part = parts[i].iov_len < left ? parts[i].iov_len : left;
        if (part > 0) {
            memcpy(at, parts[i].iov_base, part);
            at += part;
            left -= part;
        }
    }
    return (ares_ssize_t) length;
}

static const struct ares_socket_functions functions = {open_socket, close_socket, connect_socket, receive, transmit};

static void state_changed(void *data, ares_socket_t number, int readable, int writable) {
    (void) readable; /* always */
    if (writable) {
        append(data, WRITES, number, 0, 0, NULL, 0); /* without memory: the query times out */
    }
}

struct query {
    struct resolver *resolver;
    int32_t number;
};

static void answered(void *data, int status, int timeouts, unsigned char *answer, int length) {
    struct query *query = data;
    struct resolver *resolver = query->resolver;
    resolver->pending--;
    size_t bytes = answer == NULL || length < 0 ? 0 : (size_t) length;
    if (!append(resolver, ANSWER, query->number, status, timeouts, answer, bytes)) {
        put(resolver, ANSWER, query->number, ARES_ENOMEM, timeouts, 0); /* the room was kept */
    }
    free(query);
}

/* ---- what Java calls ---- */

JNIEXPORT jstring JNICALL Java_dev_jevent_resolver_ares_Ares_version(JNIEnv *env, jclass type) {
    (void) type;
    return (*env)->NewStringUTF(env, ares_version(NULL));
}

JNIEXPORT jstring JNICALL Java_dev_jevent_resolver_ares_Ares_text(JNIEnv *env, jclass type, jint status) {
    (void) type;
    return (*env)->NewStringUTF(env, ares_strerror(status));
}

static void destroy(struct resolver *resolver) {
    if (resolver->channel != NULL) {
        ares_destroy(resolver->channel);
    }
    while (resolver->socks != NULL) {
        struct sock *sock = resolver->socks;
        resolver->socks = sock->next;
        free(sock);
    }
    free(resolver->operations);
    free(resolver);
}

/* The exchange holds two texts, each with a zero at its end: servers as HOST:PORT,... and the path of a resolv.conf. */
JNIEXPORT jlong JNICALL Java_dev_jevent_resolver_ares_Ares_open(JNIEnv *env, jclass type, jobject exchange, jint flags,
                                                                jint timeout, jint tries, jint ndots, jint udp_port, jint tcp_port,
                                                                jint datagram) {
    (void) type;
    int status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status != ARES_SUCCESS) {
        return -status;
    }
    struct resolver *resolver = calloc(1, sizeof *resolver);
    if (resolver == NULL) {
        return -ARES_ENOMEM;
    }
    resolver->exchange = (*env)->GetDirectBufferAddress(env, exchange);
    resolver->exchange_size = (size_t) (*env)->GetDirectBufferCapacity(env, exchange);
    char *servers = (char *) resolver->exchange;
    char *path = servers + strlen(servers) + 1;

    struct ares_options options = {
        .flags = flags & 0xffff, .timeout = timeout, .tries = tries, .ndots = ndots, .udp_port = (unsigned short) udp_port,
        .tcp_port = (unsigned short) tcp_port, .lookups = "b", .sock_state_cb = state_changed, .sock_state_cb_data = resolver,
        .ednspsz = datagram, .resolvconf_path = path};
    int mask = ARES_OPT_FLAGS | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB | ARES_OPT_EDNSPSZ;
    mask |= timeout > 0 ? ARES_OPT_TIMEOUTMS : 0;
    mask |= tries > 0 ? ARES_OPT_TRIES : 0;
    mask |= ndots > 0 ? ARES_OPT_NDOTS : 0;
    mask |= udp_port > 0 ? ARES_OPT_UDP_PORT : 0;
    mask |= tcp_port > 0 ? ARES_OPT_TCP_PORT : 0;
    mask |= *path != 0 ? ARES_OPT_RESOLVCONF : 0;
    mask |= flags & dev_jevent_resolver_ares_Ares_ROTATE ? ARES_OPT_ROTATE : 0;
    status = ares_init_options(&resolver->channel, &options, mask);
    if (status != ARES_SUCCESS) {
        resolver->channel = NULL;
    } else {
        ares_set_socket_functions(resolver->channel, &functions, resolver);
        if (*servers != 0) {
            status = ares_set_servers_ports_csv(resolver->channel, servers);
        }
    }
    if (status != ARES_SUCCESS) {
        destroy(resolver);
        return -status;
    }
    return (jlong) (intptr_t) resolver;
}

JNIEXPORT void JNICALL Java_dev_jevent_resolver_ares_Ares_destroy(JNIEnv *env, jclass type, jlong handle) {
    (void) env;
    (void) type;
    destroy(JEVENT_POINTER(handle));
}

/* Whether it can be a line's last word, and a string of Java. */
static bool is_plain(const char *text) {
    for (; *text != 0; text++) {
        if (*text <= ' ' || *text > '~') {
            return false;
        }
    }
    return true;
}

/* A line for each fact: "ndots 1", "timeout 5000", "tries 4", "server 127.0.0.1 53", "domain example.com". */
JNIEXPORT jstring JNICALL Java_dev_jevent_resolver_ares_Ares_configuration(JNIEnv *env, jclass type, jlong handle) {
    (void) type;
    struct resolver *resolver = JEVENT_POINTER(handle);
    struct ares_options options = {0};
    int mask = 0;
    struct ares_addr_port_node *servers = NULL;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL) {
        return NULL;
    }
    int saved = ares_save_options(resolver->channel, &options, &mask);
    if (saved == ARES_SUCCESS) {
        fprintf(out, "ndots %d\ntimeout %d\ntries %d\n", options.ndots, options.timeout, options.tries);
        for (int i = 0; i < options.ndomains; i++) {
            if (is_plain(options.domains[i])) {
                fprintf(out, "domain %s\n", options.domains[i]);
            }
        }
    }
    if (ares_get_servers_ports(resolver->channel, &servers) == ARES_SUCCESS) {
        for (struct ares_addr_port_node *server = servers; server != NULL; server = server->next) {
            char address[INET6_ADDRSTRLEN] = "";
            ares_inet_ntop(server->family, &server->addr, address, sizeof address);
            fprintf(out, "server %s %d\n", address, server->udp_port == 0 ? 53 : server->udp_port);
        }
        ares_free_data(servers);
    }
    ares_destroy_options(&options);
    bool written = fclose(out) == 0;
    jstring result = written && saved == ARES_SUCCESS ? (*env)->NewStringUTF(env, text) : NULL;
    free(text);
    return result;
}

JNIEXPORT jint JNICALL Java_dev_jevent_resolver_ares_Ares_give(JNIEnv *env, jclass type, jlong handle) {
    (void) env;
    (void) type;
    return give(JEVENT_POINTER(handle));
}

/* Random bytes for the exchange. */
JNIEXPORT jboolean JNICALL Java_dev_jevent_resolver_ares_Ares_random(JNIEnv *env, jclass type, jlong handle) {
    (void) env;
    (void) type;
    struct resolver *resolver = JEVENT_POINTER(handle);
    return getentropy(resolver->exchange, dev_jevent_resolver_ares_Ares_RANDOM_BYTES) == 0;
}

/* The message is in the exchange. */
JNIEXPORT jint JNICALL Java_dev_jevent_resolver_ares_Ares_send(JNIEnv *env, jclass type, jlong handle, jint number, jint length) {
    (void) env;
    (void) type;
    struct resolver *resolver = JEVENT_POINTER(handle);
    struct query *query = malloc(sizeof *query);
    resolver->pending++;
    if (query == NULL || !reserve(resolver, 0)) {
        resolver->pending--;
        free(query);
        return -1;
    }
    query->resolver = resolver;
    query->number = number;
    ares_send(resolver->channel, resolver->exchange, length, answered, query);
    return give(resolver);
}

/* A datagram, or bytes of a stream; they are in the exchange. */
JNIEXPORT jint JNICALL Java_dev_jevent_resolver_ares_Ares_received(JNIEnv *env, jclass type, jlong handle, jint number, jint length) {
    (void) env;
    (void) type;
    struct resolver *resolver = JEVENT_POINTER(handle);
    struct sock *sock = find(resolver, number);
    if (sock != NULL && length > 0) {
        sock->arrived = resolver->exchange;
        sock->arrived_length = (size_t) length;
        size_t before;
        /* Of a stream c-ares reads a length, or the rest of a message, in each call. */
        do {
            before = sock->arrived_length;
            ares_process_fd(resolver->channel, number, ARES_SOCKET_BAD);
            sock = find(resolver, number);
        } while (sock != NULL && sock->arrived != NULL && sock->arrived_length < before);
        if (sock != NULL) {
            sock->arrived = NULL;
        }
    }
    return give(resolver);
}

/* A socket failed, or its stream ended (error 0). */
JNIEXPORT jint JNICALL Java_dev_jevent_resolver_ares_Ares_failed(JNIEnv *env, jclass type, jlong handle, jint number, jboolean ended) {
    (void) env;
    (void) type;
    struct resolver *resolver = JEVENT_POINTER(handle);
    struct sock *sock = find(resolver, number);
    if (sock != NULL) {
        sock->ended = ended;
        sock->error = ended ? 0 : ECONNREFUSED;
        ares_process_fd(resolver->channel, number, ARES_SOCKET_BAD);
    }
    return give(resolver);
}

/* A stream can be written. */
JNIEXPORT jint JNICALL Java_dev_jevent_resolver_ares_Ares_writable(JNIEnv *env, jclass type, jlong handle, jint number) {
    (void) env;
    (void) type;
    struct resolver *resolver = JEVENT_POINTER(handle);
    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, number);
    return give(resolver);
}

/* Queries whose time is over are sent again, or given up. */
JNIEXPORT jint JNICALL Java_dev_jevent_resolver_ares_Ares_expire(JNIEnv *env, jclass type, jlong handle) {
    (void) env;
    (void) type;
    struct resolver *resolver = JEVENT_POINTER(handle);
    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    return give(resolver);
}

/* Milliseconds until expire() has something to do, rounded up; -1: nothing is in flight. */
JNIEXPORT jlong JNICALL Java_dev_jevent_resolver_ares_Ares_timeout(JNIEnv *env, jclass type, jlong handle) {
    (void) env;
    (void) type;
    struct resolver *resolver = JEVENT_POINTER(handle);
    struct timeval time;
    struct timeval *left = ares_timeout(resolver->channel, NULL, &time);
    return left == NULL ? -1 : (jlong) left->tv_sec * 1000 + (left->tv_usec + 999) / 1000;
}

/* ---- datagrams, for loops that watch descriptors ---- */

static int datagram_socket(int family) {
#ifdef SOCK_NONBLOCK
    return socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
    int descriptor = socket(family, SOCK_DGRAM, 0);
    if (descriptor >= 0 && (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 || fcntl(descriptor, F_SETFL, O_NONBLOCK) < 0)) {
        int error = errno;
        close(descriptor);
        return failed(error);
    }
    return descriptor;
#endif
}

/* Connected to the server of a socket of c-ares; from a port that the system chooses at random. */
JNIEXPORT jint JNICALL Java_dev_jevent_resolver_ares_Ares_connect(JNIEnv *env, jclass type, jlong handle, jint number) {
    (void) env;
    (void) type;
    struct sock *sock = find(JEVENT_POINTER(handle), number);
    if (sock == NULL) {
        return -EBADF;
    }
    int descriptor = datagram_socket(sock->address.ss_family);
    if (descriptor < 0) {
        return -errno;
    }
    if (connect(descriptor, (const struct sockaddr *) &sock->address, sock->address_length) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

/* What is sent is in the exchange. */
JNIEXPORT jint JNICALL Java_dev_jevent_resolver_ares_Ares_transmit(JNIEnv *env, jclass type, jlong handle, jint descriptor, jint at,
                                                                    jint length) {
    (void) env;
    (void) type;
    struct resolver *resolver = JEVENT_POINTER(handle);
    return JEVENT_RETRY(send(descriptor, resolver->exchange + at, (size_t) length, 0));
}

/* What comes is put into the exchange. */
JNIEXPORT jint JNICALL Java_dev_jevent_resolver_ares_Ares_receive(JNIEnv *env, jclass type, jlong handle, jint descriptor, jint most) {
    (void) env;
    (void) type;
    struct resolver *resolver = JEVENT_POINTER(handle);
    return JEVENT_RETRY(recv(descriptor, resolver->exchange, (size_t) most, 0));
}

JNIEXPORT jint JNICALL Java_dev_jevent_resolver_ares_Ares_close(JNIEnv *env, jclass type, jint descriptor) {
    (void) env;
    (void) type;
    return jevent_result(close(descriptor));
}
