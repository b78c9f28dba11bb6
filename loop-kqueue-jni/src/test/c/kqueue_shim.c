/*
 * kqueue() and kevent() on Linux, for tests: so that the loop's C and Java run on a machine that has no kqueue. It has macOS's
 * structures and numbers, and what <sys/event.h> here lists; it proves how the loop calls and reads kevent, not how a
 * kernel of Apple behaves.
 *
 * A queue is an epoll descriptor, and a table of its knotes by (filter, ident). What a knote watches:
 *   READ, WRITE   the descriptor itself; both share its one place in the epoll
 *   USER          an eventfd
 *   TIMER         a timerfd
 *   PROC          a pidfd, for NOTE_EXIT
 *   VNODE         an inotify descriptor, on the file that the descriptor has open
 * A queue belongs to one thread, but for NOTE_TRIGGER, which any thread may send: the one lock is for that.
 *
 * Known differences: an edge of one direction of a descriptor reports the other, too, if it is ready; a knote goes with the last
 * duplicate of its descriptor, not with the descriptor; the error of a socket isn't told, since to ask for it here would take it from
 * whoever reads; EVFILT_SIGNAL is missing.
 */
#define _GNU_SOURCE
#include <sys/event.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_QUEUES 1024
#define BATCH 256

struct knote {
    struct knote *next;
    uintptr_t ident;
    int16_t filter;
    uint16_t flags; /* EV_CLEAR, EV_ONESHOT */
    int enabled;
    uint32_t fflags;
    intptr_t data;
    void *udata;
    int fd; /* what the epoll watches */
};

struct queue {
    int epoll;
    struct knote *knotes;
    struct kevent pending[2 * BATCH]; /* found, but more than the caller had room for */
    int pending_count;
};

static struct queue *queues[MAX_QUEUES]; /* by descriptor */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int __real_close(int fd);
int __wrap_close(int fd);

static int owns(const struct knote *note) {
    return note->filter != EVFILT_READ && note->filter != EVFILT_WRITE;
}

static struct knote *find(const struct queue *queue, int16_t filter, uintptr_t ident) {
    for (struct knote *note = queue->knotes; note; note = note->next) {
        if (note->filter == filter && note->ident == ident) {
            return note;
        }
    }
    return NULL;
}

static struct knote *find_by_fd(const struct queue *queue, int fd, int16_t filter) {
    for (struct knote *note = queue->knotes; note; note = note->next) {
        if (note->fd == fd && (filter == 0 ? owns(note) : note->filter == filter)) {
            return note;
        }
    }
    return NULL;
}

static void unlink_note(struct queue *queue, struct knote *note) {
    for (struct knote **at = &queue->knotes; *at; at = &(*at)->next) {
        if (*at == note) {
            *at = note->next;
            break;
        }
    }
    if (owns(note)) {
        __real_close(note->fd);
    }
    free(note);
}

static void free_queue(struct queue *queue) {
    while (queue->knotes) {
        unlink_note(queue, queue->knotes);
    }
    free(queue);
}

int kqueue(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    if (fd >= MAX_QUEUES) {
        __real_close(fd);
        errno = EMFILE;
        return -1;
    }
    struct queue *queue = calloc(1, sizeof *queue);
    if (!queue) {
        __real_close(fd);
        errno = ENOMEM;
        return -1;
    }
    queue->epoll = fd;
    pthread_mutex_lock(&lock);
    queues[fd] = queue;
    pthread_mutex_unlock(&lock);
    return fd;
}

/* The loop closes a queue like any descriptor; the linker sends that here. */
int __wrap_close(int fd) {
    if (fd >= 0 && fd < MAX_QUEUES) {
        pthread_mutex_lock(&lock);
        struct queue *queue = queues[fd];
        queues[fd] = NULL;
        if (queue) {
            free_queue(queue);
        }
        pthread_mutex_unlock(&lock);
    }
    return __real_close(fd);
}

/* ---- changes ---- */

/* Gives the epoll what the knotes of fd want. */
static int arm_descriptor(struct queue *queue, int fd) {
    struct epoll_event event = {.events = 0, .data.fd = fd};
    int any = 0;
    for (struct knote *note = queue->knotes; note; note = note->next) {
        if (note->fd != fd) {
            continue;
        }
        any = 1;
        if (note->enabled) {
            event.events |= note->filter == EVFILT_WRITE ? EPOLLOUT : EPOLLIN | EPOLLRDHUP;
        }
        if (note->flags & EV_CLEAR) {
            event.events |= EPOLLET;
        }
    }
    if (!any) {
        /* closed already: it went with the descriptor */
        return epoll_ctl(queue->epoll, EPOLL_CTL_DEL, fd, NULL) < 0 && errno != ENOENT && errno != EBADF ? errno : 0;
    }
    if (epoll_ctl(queue->epoll, EPOLL_CTL_MOD, fd, &event) == 0) {
        return 0;
    }
    if (errno == ENOENT && epoll_ctl(queue->epoll, EPOLL_CTL_ADD, fd, &event) == 0) {
        return 0;
    }
    return errno;
}

static int open_vnode(int watched, uint32_t fflags) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", watched);
    uint32_t mask = 0;
    if (fflags & NOTE_DELETE) mask |= IN_DELETE_SELF | IN_ATTRIB; /* an unlinked file that is open only loses a link */
    if (fflags & (NOTE_WRITE | NOTE_EXTEND)) mask |= IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVE;
    if (fflags & (NOTE_ATTRIB | NOTE_LINK)) mask |= IN_ATTRIB;
    if (fflags & NOTE_RENAME) mask |= IN_MOVE_SELF;
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd >= 0 && inotify_add_watch(fd, path, mask) < 0) {
        int error = errno;
        __real_close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static int open_timer(const struct kevent *change) {
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd < 0) {
        return -1;
    }
    int64_t nanos = (change->fflags & NOTE_NSECONDS) ? change->data : change->data * 1000000;
    nanos = nanos < 1 ? 1 : nanos;
    struct itimerspec spec = {.it_value = {nanos / 1000000000, nanos % 1000000000}};
    if (!(change->flags & EV_ONESHOT)) {
        spec.it_interval = spec.it_value;
    }
    timerfd_settime(fd, 0, &spec, NULL);
    return fd;
}

/* What the epoll watches for a new knote, or -1 with errno. */
static int open_source(const struct kevent *change) {
    switch (change->filter) {
    case EVFILT_READ:
    case EVFILT_WRITE:
        return (int)change->ident;
    case EVFILT_USER:
        return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    case EVFILT_TIMER:
        return open_timer(change);
    case EVFILT_PROC:
        if (change->fflags & ~(uint32_t)NOTE_EXIT) {
            errno = EINVAL;
            return -1;
        }
        return (int)syscall(SYS_pidfd_open, (pid_t)change->ident, 0);
    case EVFILT_VNODE:
        return open_vnode((int)change->ident, change->fflags);
    default:
        errno = EINVAL;
        return -1;
    }
}

static int add(struct queue *queue, const struct kevent *change) {
    int fd = open_source(change);
    if (fd < 0) {
        return errno;
    }
    struct knote *note = calloc(1, sizeof *note);
    if (!note) {
        return ENOMEM;
    }
    note->ident = change->ident;
    note->filter = change->filter;
    note->flags = change->flags & (EV_CLEAR | EV_ONESHOT);
    note->enabled = !(change->flags & EV_DISABLE);
    note->udata = change->udata;
    note->fd = fd;
    note->next = queue->knotes;
    queue->knotes = note;
    int error = arm_descriptor(queue, fd);
    if (error) {
        unlink_note(queue, note);
    }
    return error;
}

static int change_one(struct queue *queue, const struct kevent *change) {
    struct knote *note = find(queue, change->filter, change->ident);
    if (change->flags & EV_DELETE) {
        if (!note) {
            return ENOENT;
        }
        int fd = note->fd;
        int shared = !owns(note);
        unlink_note(queue, note); /* closing what it owns takes it out of the epoll */
        return shared ? arm_descriptor(queue, fd) : 0;
    }
    if (change->filter == EVFILT_USER && (change->fflags & NOTE_TRIGGER)) {
        uint64_t one = 1;
        return !note ? ENOENT : write(note->fd, &one, sizeof one) == sizeof one || errno == EAGAIN ? 0 : errno;
    }
    if (!note) {
        return change->flags & EV_ADD ? add(queue, change) : ENOENT;
    }
    if (change->flags & EV_ADD) {
        note->udata = change->udata;
        note->flags = change->flags & (EV_CLEAR | EV_ONESHOT);
    }
    if (change->flags & EV_DISABLE) {
        note->enabled = 0;
    } else if (change->flags & (EV_ADD | EV_ENABLE)) {
        note->enabled = 1;
    }
    return arm_descriptor(queue, note->fd);
}

/* ---- events ---- */

static void report(struct queue *queue, const struct knote *note, uint16_t flags, uint32_t fflags, intptr_t data) {
    struct kevent *event = &queue->pending[queue->pending_count++];
    EV_SET(event, note->ident, note->filter, note->flags | flags, fflags, data, note->udata);
}

static intptr_t bytes_to_read(int fd) {
    int count = 0;
    return ioctl(fd, FIONREAD, &count) == 0 ? count : 0;
}

static int is_pipe(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* A socket that was never connected hangs up for epoll, but hasn't ended for kqueue. */
static void report_descriptor(struct queue *queue, const struct epoll_event *found) {
    int fd = found->data.fd;
    int pipe = (found->events & (EPOLLHUP | EPOLLERR)) && is_pipe(fd);
    struct knote *reader = find_by_fd(queue, fd, EVFILT_READ);
    struct knote *writer = find_by_fd(queue, fd, EVFILT_WRITE);
    if (reader && reader->enabled && (found->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) {
        int over = (found->events & EPOLLRDHUP) || (pipe && (found->events & EPOLLHUP));
        report(queue, reader, over ? EV_EOF : 0, 0, bytes_to_read(fd));
        if (reader->flags & EV_ONESHOT) {
            unlink_note(queue, reader);
            arm_descriptor(queue, fd);
        }
    }
    if (writer && writer->enabled && (found->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))) {
        int over = ((found->events & EPOLLHUP) && (found->events & EPOLLRDHUP)) || (pipe && (found->events & EPOLLERR));
        report(queue, writer, over ? EV_EOF : 0, 0, 1);
        if (writer->flags & EV_ONESHOT) {
            unlink_note(queue, writer);
            arm_descriptor(queue, fd);
        }
    }
}

static intptr_t exit_status(int pidfd) {
    siginfo_t info = {0};
    if (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOWAIT | WNOHANG) < 0 || info.si_pid == 0) {
        return 0; /* not ours, or somebody was told before */
    }
    return info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
}

static uint32_t vnode_notes(int fd) {
    char buffer[4096] __attribute__((aligned(8)));
    uint32_t notes = 0;
    ssize_t size;
    while ((size = read(fd, buffer, sizeof buffer)) > 0) {
        for (char *at = buffer; at < buffer + size;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            if (event->mask & IN_DELETE_SELF) notes |= NOTE_DELETE;
            if (event->mask & (IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVE)) notes |= NOTE_WRITE;
            if (event->mask & IN_ATTRIB) notes |= NOTE_ATTRIB;
            if (event->mask & IN_MOVE_SELF) notes |= NOTE_RENAME;
            at += sizeof *event + event->len;
        }
    }
    return notes;
}

static void report_owned(struct queue *queue, struct knote *note) {
    uint64_t count = 0;
    switch (note->filter) {
    case EVFILT_USER:
    case EVFILT_TIMER:
        if (((note->flags & EV_CLEAR) || note->filter == EVFILT_TIMER) && read(note->fd, &count, sizeof count) < 0) {
            return;
        }
        report(queue, note, 0, 0, note->filter == EVFILT_TIMER ? (intptr_t)count : 0);
        break;
    case EVFILT_PROC:
        report(queue, note, EV_EOF | EV_ONESHOT, NOTE_EXIT, exit_status(note->fd));
        note->flags |= EV_ONESHOT; /* an exit comes once */
        break;
    case EVFILT_VNODE: {
        uint32_t notes = vnode_notes(note->fd);
        if (notes) {
            report(queue, note, 0, notes, 0);
        }
        break;
    }
    default:
        return;
    }
    if (note->flags & EV_ONESHOT) {
        unlink_note(queue, note);
    }
}

static int milliseconds(const struct timespec *timeout) {
    if (!timeout) {
        return -1;
    }
    if (timeout->tv_sec > 1000000) {
        return 1000000000;
    }
    return (int)(timeout->tv_sec * 1000 + (timeout->tv_nsec + 999999) / 1000000);
}

static int wait_for_events(int epoll, struct epoll_event *found, int count, const struct timespec *timeout) {
#ifdef SYS_epoll_pwait2
    int result = (int)syscall(SYS_epoll_pwait2, epoll, found, count, timeout, NULL, 8);
    if (result >= 0 || errno != ENOSYS) {
        return result;
    }
#endif
    return epoll_wait(epoll, found, count, milliseconds(timeout));
}

/* Moves what was found to the caller. */
static int deliver(struct queue *queue, struct kevent *events, int nevents) {
    int count = queue->pending_count < nevents ? queue->pending_count : nevents;
    memcpy(events, queue->pending, (size_t)count * sizeof *events);
    queue->pending_count -= count;
    memmove(queue->pending, queue->pending + count, (size_t)queue->pending_count * sizeof *events);
    return count;
}

static int apply(struct queue *queue, const struct kevent *changes, int nchanges, struct kevent *events, int nevents) {
    int receipts = 0;
    for (int i = 0; i < nchanges; i++) {
        int error = change_one(queue, &changes[i]);
        if (error || (changes[i].flags & EV_RECEIPT)) {
            if (receipts == nevents) {
                errno = error;
                return -1;
            }
            events[receipts] = changes[i];
            events[receipts].flags = EV_ERROR;
            events[receipts++].data = error;
        }
    }
    return receipts;
}

int kevent(int kq, const struct kevent *changes, int nchanges, struct kevent *events, int nevents,
           const struct timespec *timeout) {
    pthread_mutex_lock(&lock);
    struct queue *queue = kq >= 0 && kq < MAX_QUEUES ? queues[kq] : NULL;
    int receipts = queue ? apply(queue, changes, nchanges, events, nevents) : -1;
    int pending = queue ? queue->pending_count : 0;
    pthread_mutex_unlock(&lock);
    if (!queue) {
        errno = EBADF;
        return -1;
    }
    if (receipts != 0 || nevents == 0) {
        return receipts;
    }
    struct epoll_event found[BATCH];
    static const struct timespec at_once = {0, 0};
    int count = 0;
    int room = (2 * BATCH - pending) / 2; /* a descriptor may be ready in both directions */
    if (pending < nevents && room > 0) {
        count = wait_for_events(kq, found, room, pending ? &at_once : timeout);
        if (count < 0) {
            return -1;
        }
    }
    pthread_mutex_lock(&lock);
    int result = 0;
    if (queues[kq] == queue) {
        for (int i = 0; i < count; i++) {
            struct knote *owned = find_by_fd(queue, found[i].data.fd, 0);
            if (owned) {
                report_owned(queue, owned);
            } else {
                report_descriptor(queue, &found[i]);
            }
        }
        result = deliver(queue, events, nevents);
    }
    pthread_mutex_unlock(&lock);
    return result;
}
