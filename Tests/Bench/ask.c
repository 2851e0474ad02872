// ask: asks a broker as a peer that speaks for itself, and says how long each reply took.
//
//   ask AT-ONCE <QUESTIONS
//
// One question a line: LABEL OUTCOME SOCKET KIND FLAGS USER ADDRESS ANSWER, the service being
// cachet-admin; docs/formats.md, "Frames". `-`: no answer. KIND 0: nothing is said at all, what comes
// first is the reply. For each, when it is there, "LABEL MILLISECONDS" from connect to reply.
// AT-ONCE processes share the questions, each taking its own in their order. An outcome that is not
// OUTCOME ends all.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct frame {
    unsigned char bytes[2048];
    size_t length;
};

static void add(struct frame *frame, int tag, const void *value, size_t length) {
    unsigned char head[] = {(unsigned char)tag, (unsigned char)(length >> 8), (unsigned char)length};
    memcpy(frame->bytes + frame->length, head, sizeof head);
    memcpy(frame->bytes + frame->length + sizeof head, value, length);
    frame->length += sizeof head + length;
}

static struct frame question(int kind, unsigned char flags, const char *user, const char *address,
                             const char *answer) {
    struct frame frame = {{'C', 'M', 'F', 'A', 1, (unsigned char)kind}, 8};
    add(&frame, 1, user, strlen(user));
    add(&frame, 2, "cachet-admin", strlen("cachet-admin"));
    add(&frame, 3, address, strlen(address));
    add(&frame, 6, &flags, 1);
    if (strcmp(answer, "-") != 0) add(&frame, 8, answer, strlen(answer));
    frame.bytes[6] = (unsigned char)((frame.length - 8) >> 8);
    frame.bytes[7] = (unsigned char)(frame.length - 8);
    return frame;
}

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

// Whether `line` was answered as it says.
static int ask(const char *line) {
    char label[32], name[64], user[64], address[64], answer[128];
    int wanted, kind, flags;
    if (sscanf(line, "%31s %d %63s %d %d %63s %63s %127s", label, &wanted, name, &kind, &flags, user,
               address, answer) != 8)
        return 0;
    struct frame frame = question(kind, (unsigned char)flags, user, address, answer);
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    memcpy(to.sun_path, name, strlen(name) + 1);
    unsigned char reply[64];
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    double begin = milliseconds();
    if (connect(connection, (struct sockaddr *)&to, sizeof to) != 0) return 0;
    if (kind != 0 && write(connection, frame.bytes, frame.length) != (ssize_t)frame.length) return 0;
    ssize_t length = read(connection, reply, sizeof reply);
    double end = milliseconds();
    if (length <= 0 || (kind != 0 && (length != 17 || reply[11] != wanted))) return 0;
    printf("%s %.3f\n", label, end - begin);
    fflush(stdout);
    // What the other end does until it is gone belongs to this question and not to the next one.
    while (read(connection, reply, sizeof reply) > 0) continue;
    close(connection);
    return 1;
}

static int ask_share(char **questions, int count, int first, int step) {
    for (int i = first; i < count; i += step)
        if (!ask(questions[i])) return fprintf(stderr, "ask: not answered: %s", questions[i]), 1;
    return 0;
}

int main(int count, char **words) {
    static char *questions[1 << 16];
    int at_once = count == 2 ? atoi(words[1]) : 0, total = 0, bad = 0, status;
    size_t room = 0;
    if (at_once < 1) return fputs("usage: see the head of ask.c\n", stderr), 64;
    while (total < 1 << 16 && getline(&questions[total], &room, stdin) > 0) total++, room = 0;
    for (int i = 0; i < at_once; i++)
        if (fork() == 0) exit(ask_share(questions, total, i, at_once));
    while (wait(&status) > 0) bad |= status;
    return bad != 0;
}
