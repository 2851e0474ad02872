// talk: speaks for a person at a terminal, so that ssh, sudo and su can be asked and answered.
//
//   talk [--within SECONDS] [--any] [EXPECT ANSWER]… -- PROGRAM …
//
// Waits for EXPECT in what PROGRAM writes to its terminal since the last answer, then types ANSWER
// and Return. With --any the pairs may come in any order, and some not at all: the first one that fits
// is used, once. The answers '<kill>', '<eof>', '<interrupt>' and '<hangup>' act instead of typing;
// '<kill>' ends the program with SIGKILL. '<code>' types the code of the otpauth URI that was shown
// last, as the totp beside this program tells it. What the terminal showed goes to standard output.
// Exit status: the program's; 128 + signal; 124 when it took too long.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char heard[1 << 20];
static size_t length;

/* The code of the last secret that was shown into `code`, with its newline. */
static bool authenticator(char *code, size_t room) {
    const char *uri = NULL;
    for (const char *next = heard; (next = strstr(next, "?secret=")); next++) uri = next;
    char own[4096], command[8192];
    ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    if (!uri || n <= 0) return false;
    own[n] = 0;
    int length = (int)strspn(uri + 8, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
    *strrchr(own, '/') = 0;
    snprintf(command, sizeof command, "'%s/totp' %.*s", own, length, uri + 8);
    FILE *told = popen(command, "r");
    if (!told) return false;
    bool done = fgets(code, (int)room, told) != NULL;
    return pclose(told) == 0 && done;
}

static bool answer(int terminal, pid_t child, const char *text) {
    char code[16];
    if (strcmp(text, "<code>") == 0)
        return authenticator(code, sizeof code) &&
               write(terminal, code, strlen(code)) == (ssize_t)strlen(code);
    if (strcmp(text, "<kill>") == 0) return kill(child, SIGKILL) == 0;
    if (strcmp(text, "<hangup>") == 0) return kill(child, SIGHUP) == 0;
    if (strcmp(text, "<eof>") == 0) return write(terminal, "\004", 1) == 1;
    if (strcmp(text, "<interrupt>") == 0) return write(terminal, "\003", 1) == 1;
    /* In one piece: what comes later, ssh of Debian 13 may hold back to hide when keys are pressed. */
    struct iovec parts[] = {{(char *)text, strlen(text)}, {"\n", 1}};
    return writev(terminal, parts, 2) == (ssize_t)strlen(text) + 1;
}

/* Its exit status; -1 while it runs, where `options` say not to wait. */
static int verdict(pid_t child, int options) {
    int status = 0;
    pid_t ended = waitpid(child, &status, options);
    if (ended == 0) return -1;
    if (ended != child) return 70;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static time_t seconds(void) {
    struct timespec now;  // a test may have stopped the clock of the wall
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* The pair whose turn it is, and where its EXPECT was found; NULL where nothing is to be answered. */
static char **turn(char **pairs, bool any, char *from, char **found) {
    for (; strcmp(pairs[0], "--") != 0; pairs += 2) {
        bool isUsed = pairs[1] == NULL;
        if (!isUsed && (*found = strstr(from, pairs[0])) != NULL) return pairs;
        if (!isUsed && !any) break;
    }
    return NULL;
}

static int converse(int terminal, pid_t child, char **pairs, bool any, long within) {
    size_t from = 0;
    time_t end = seconds() + within;
    while (seconds() < end && length < sizeof heard - 1) {
        struct pollfd ready = {.fd = terminal, .events = POLLIN};
        if (poll(&ready, 1, 200) <= 0) continue;
        ssize_t n = read(terminal, heard + length, sizeof heard - 1 - length);
        if (n <= 0) {  // EIO: the program has closed its terminal, and may open it again as login does
            int status = verdict(child, WNOHANG);
            if (status >= 0) return status;
            usleep(20 * 1000);
            continue;
        }
        for (ssize_t i = 0; i < n; i++)
            if (heard[length + (size_t)i] == 0) heard[length + (size_t)i] = '?';
        if (write(STDOUT_FILENO, heard + length, (size_t)n) != n) return 70;
        length += (size_t)n;
        heard[length] = 0;
        char *found, **pair;
        while ((pair = turn(pairs, any, heard + from, &found)) != NULL) {
            from = (size_t)(found - heard) + strlen(pair[0]);
            usleep(50 * 1000);  // a prompt may flush what was typed before it
            if (!answer(terminal, child, pair[1])) break;
            pair[1] = NULL;
        }
    }
    kill(child, SIGKILL);
    verdict(child, 0);
    return 124;
}

int main(int count, char **words) {
    long within = 20;
    char **pairs = words + 1, **program = pairs;
    if (count > 2 && strcmp(pairs[0], "--within") == 0) {
        within = atol(pairs[1]);
        pairs += 2;
    }
    bool any = *pairs && strcmp(*pairs, "--any") == 0;
    if (any) pairs++;
    for (program = pairs; *program && strcmp(*program, "--") != 0;) {
        if (!program[1]) return 64;
        program += 2;
    }
    if (!*program || !program[1]) return fputs("usage: see the head of talk.c\n", stderr), 64;
    int terminal;
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    if (child < 0) return 70;
    if (child == 0) {
        execvp(program[1], program + 1);
        _exit(127);
    }
    return converse(terminal, child, pairs, any, within);
}
