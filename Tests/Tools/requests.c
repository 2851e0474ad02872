// Sends requests byte by byte as they are given, each on a connection and from an address of its own, and
// prints a line for each: the status of the answer, or 0.
//
//   requests <RECORDS
//
// A record is "h1 PORT LENGTH\n" and LENGTH bytes, sent as they are; or "h2 PORT LENGTH\n" and LENGTH bytes of
// lines "name: value", an empty line and a body, sent as one request of HTTP/2 (its status is not read: 0).
// The first request comes from 127.1.0.1, the next from 127.1.0.2: who gets one knows which it is.
#include <arpa/inet.h>
#include <err.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { workers = 4, seconds = 20 };

struct record {
    bool is_h2;
    uint16_t port;
    char *bytes;
    size_t length;
    int status;
};

static struct record *records;
static size_t count;

static int connect_from(size_t index, uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) err(1, "socket");
    struct timeval limit = {.tv_sec = seconds};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f010001 + (uint32_t)index)};
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (struct sockaddr *)&from, sizeof from)) err(1, "bind");
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) err(1, "connect to port %d", port);
    return fd;
}

// A server may answer and close before it has read everything.
static void send_all(int fd, const void *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes = (const char *)bytes + sent;
        length -= (size_t)sent;
    }
}

static int send_h1(int fd, const struct record *record) {
    send_all(fd, record->bytes, record->length);
    char head[16] = "", rest[4096];
    size_t have = 0;
    ssize_t got;
    while ((got = recv(fd, rest, sizeof rest, 0)) > 0) {
        size_t more = sizeof head - 1 - have;
        if (more > (size_t)got) more = (size_t)got;
        memcpy(head + have, rest, more);
        have += more;
    }
    int status = 0;
    return sscanf(head, "HTTP/1.%*1[01] %d", &status) == 1 ? status : 0;
}

// HTTP/2, RFC 9113: a frame has a head of nine bytes.
static void put_frame(int fd, int type, int flags, uint32_t stream, const uint8_t *bytes, size_t length) {
    uint8_t head[9] = {
        (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length, (uint8_t)type, (uint8_t)flags,
        0, 0, 0, (uint8_t)stream};
    send_all(fd, head, sizeof head);
    send_all(fd, bytes, length);
}

// HPACK, RFC 7541 §5.1 and §5.2: a string that is not packed.
static size_t put_string(uint8_t *to, const char *bytes, size_t length) {
    size_t at = 0;
    if (length < 127) {
        to[at++] = (uint8_t)length;
    } else {
        to[at++] = 127;
        size_t rest = length - 127;
        for (; rest >= 128; rest /= 128) to[at++] = (uint8_t)(rest % 128 + 128);
        to[at++] = (uint8_t)rest;
    }
    memcpy(to + at, bytes, length);
    return at + length;
}

static bool receive(int fd, uint8_t *to, size_t length) {
    while (length > 0) {
        ssize_t got = recv(fd, to, length, 0);
        if (got <= 0) return false;
        to += got;
        length -= (size_t)got;
    }
    return true;
}

static void send_h2(int fd, const struct record *record) {
    enum { data = 0, headers = 1, reset = 3, settings = 4, goaway = 7, end_stream = 1, end_headers = 4 };
    uint8_t *block = malloc(record->length * 2 + 64);
    if (!block) err(1, "malloc");
    size_t used = 0;
    const char *at = record->bytes, *end = at + record->length;
    while (at < end && *at != '\n') {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *colon = memmem(at, (size_t)(stop - at), ": ", 2);
        if (!colon) errx(1, "no value: %.*s", (int)(stop - at), at);
        block[used++] = 0;  // a header that no table knows (§6.2.2)
        used += put_string(block + used, at, (size_t)(colon - at));
        used += put_string(block + used, colon + 2, (size_t)(stop - colon - 2));
        at = stop + 1;
    }
    at += at < end;
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    send_all(fd, preface, sizeof preface - 1);
    put_frame(fd, settings, 0, 0, NULL, 0);
    put_frame(fd, headers, end_headers | (at == end ? end_stream : 0), 1, block, used);
    if (at < end) put_frame(fd, data, end_stream, 1, (const uint8_t *)at, (size_t)(end - at));
    free(block);
    uint8_t head[9], rest[1 << 16];
    while (receive(fd, head, sizeof head)) {
        size_t length = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
        if (length > sizeof rest || !receive(fd, rest, length)) break;
        bool is_ours = head[8] == 1;
        if (head[3] == goaway || (is_ours && head[3] == reset)) break;
        if (is_ours && (head[3] == data || head[3] == headers) && head[4] & end_stream) break;
    }
}

static void *work(void *unused) {
    (void)unused;
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static size_t next;
    for (;;) {
        pthread_mutex_lock(&lock);
        size_t index = next++;
        pthread_mutex_unlock(&lock);
        if (index >= count) return NULL;
        struct record *record = &records[index];
        int fd = connect_from(index, record->port);
        if (record->is_h2) {
            send_h2(fd, record);
        } else {
            record->status = send_h1(fd, record);
        }
        close(fd);
    }
}

int main(void) {
    char version;
    unsigned port;
    size_t length, room = 0;
    while (scanf("h%c %u %zu", &version, &port, &length) == 3 && getchar() == '\n') {
        if (count == room) {
            room = room * 2 + 64;
            records = reallocarray(records, room, sizeof *records);
        }
        char *bytes = malloc(length + 1);
        if (!records || !bytes) err(1, "malloc");
        if (fread(bytes, 1, length, stdin) != length) errx(1, "a record is cut");
        records[count++] =
            (struct record){.is_h2 = version == '2', .port = (uint16_t)port, .bytes = bytes, .length = length};
    }
    if (!feof(stdin)) errx(1, "record %zu is none", count);
    pthread_t threads[workers];
    for (int i = 0; i < workers; i++) {
        if (pthread_create(&threads[i], NULL, work, NULL)) errx(1, "no thread");
    }
    for (int i = 0; i < workers; i++) pthread_join(threads[i], NULL);
    for (size_t i = 0; i < count; i++) printf("%d\n", records[i].status);
}
