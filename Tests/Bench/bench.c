// bench: times real libpam transactions, services in turn round by round, so that whatever the
// machine does meanwhile hits all of them alike.
//
//   bench CONFDIR ROUNDS SECRET USER right|wrong|cold SERVICE… [FILE]
//
// For each service its median and p99 in microseconds, and how many times those of it the first
// service takes. FILE, a path, takes its turn too: open, pwrite 8 bytes, fdatasync.
//
// right  pam_authenticate with a code that was never used (the clock inside moves 30 s a round)
// wrong  the same with a wrong code, each time from another address and an hour later: what a
//        throttle answers is not what is timed
// cold   a new process: load, start, right code, end
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <security/pam_appl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SERVICES = 8, ROUNDS = 100000 };
extern void test_clock_move(const char *);

static double times[SERVICES][ROUNDS];
static char code[8];

static double monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void set_code(const char *base32, uint64_t now, int wrong) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned char secret[128], counter[8], mac[EVP_MAX_MD_SIZE];
    uint64_t bits = 0, step = now / 30;
    size_t n = 0;
    int held = 0;
    for (; *base32 && strchr(alphabet, *base32) && n < sizeof secret; base32++) {
        bits = bits << 5 | (uint64_t)(strchr(alphabet, *base32) - alphabet);
        if ((held += 5) >= 8) secret[n++] = (unsigned char)(bits >> (held -= 8));
    }
    for (int i = 7; i >= 0; i--, step >>= 8) counter[i] = (unsigned char)step;
    HMAC(EVP_sha1(), secret, (int)n, counter, sizeof counter, mac, NULL);
    const unsigned char *at = mac + (mac[19] & 15);
    uint32_t number = (uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    snprintf(code, sizeof code, "%06u", (number + (wrong ? 1 : 0)) % 1000000);
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *unused) {
    (void)unused;
    *responses = calloc((size_t)count, sizeof **responses);
    for (int i = 0; *responses && i < count; i++)
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF || messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
            (*responses)[i].resp = strdup(code);
    return *responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void no_delay(int status, unsigned microseconds, void *unused) {
    (void)status, (void)microseconds, (void)unused;
}

// Returns PAM's answer; `*spent` is the time of pam_authenticate alone.
static int transaction(const char *confdir, const char *service, const char *user, long round,
                       double *spent) {
    pam_handle_t *handle;
    struct pam_conv conversation = {converse, NULL};
    char address[32];
    snprintf(address, sizeof address, "10.%ld.%ld.%ld", round >> 16 & 255, round >> 8 & 255, round & 255);
    if (pam_start_confdir(service, user, &conversation, confdir, &handle)) return PAM_ABORT;
    pam_set_item(handle, PAM_FAIL_DELAY, (const void *)no_delay);
    pam_set_item(handle, PAM_RHOST, address);
    double before = monotonic();
    int result = pam_authenticate(handle, 0);
    *spent = monotonic() - before;
    pam_end(handle, result);
    return result;
}

static int cold(const char *confdir, const char *service, const char *user, long round, double *spent) {
    char number[32], at[32], *const words[] = {"bench", "once", (char *)confdir, (char *)service,
                                               (char *)user, code, number, at, NULL};
    struct timespec now;
    int status;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(number, sizeof number, "%ld", round);
    snprintf(at, sizeof at, "@%lld", (long long)now.tv_sec);
    double before = monotonic();
    pid_t child = vfork();
    if (child == 0) {
        execv("/proc/self/exe", words);
        _exit(127);
    }
    waitpid(child, &status, 0);
    *spent = monotonic() - before;
    return WIFEXITED(status) ? WEXITSTATUS(status) : PAM_ABORT;
}

static int by_value(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static int physical(const char *path, long round, double *spent) {
    double before = monotonic();
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || pwrite(file, &round, sizeof round, 128) != sizeof round || fdatasync(file)) return -1;
    close(file);
    *spent = monotonic() - before;
    return 0;
}

static void report(const char *name, const char *kind, int service, long rounds) {
    double *all = times[service], median, p99;
    qsort(all, (size_t)rounds, sizeof *all, by_value);
    median = all[rounds / 2], p99 = all[rounds * 99 / 100];
    printf("%-9s %-6s %8.0f %8.0f", *name == '/' ? "physical" : name, kind, median, p99);
    if (service > 0) printf("   %5.2f %8.2f", times[0][rounds / 2] / median, times[0][rounds * 99 / 100] / p99);
    putchar('\n');
}

int main(int count, char **words) {
    double spent;
    if (count == 8 && strcmp(words[1], "once") == 0) {
        snprintf(code, sizeof code, "%s", words[5]);
        test_clock_move(words[7]);
        return transaction(words[2], words[3], words[4], atol(words[6]), &spent);
    }
    if (count < 7 || count - 6 > SERVICES || atol(words[2]) > ROUNDS) return 64;
    const char *kind = words[5];
    long rounds = atol(words[2]);
    int wrong = strcmp(kind, "wrong") == 0, wanted = wrong ? PAM_AUTH_ERR : PAM_SUCCESS;
    // Ahead of every run before it on the same stores; only differences matter.
    const char *start = getenv("BENCH_START");
    long long now = start ? atoll(start) : (long long)time(NULL);
    for (long round = 0; round < rounds; round++, now += wrong ? 3600 : 30) {
        char at[32];
        snprintf(at, sizeof at, "@%lld", now);
        test_clock_move(at);
        set_code(words[3], (uint64_t)now, wrong);
        for (int i = 0; i < count - 6; i++) {
            int turn = (int)((round + i) % (count - 6));  // nobody is always first
            const char *service = words[6 + turn];
            int result;
            if (*service == '/')
                result = physical(service, round, &spent) == 0 ? wanted : errno;
            else
                result = (strcmp(kind, "cold") == 0 ? cold : transaction)(
                    words[1], service, words[4], round, &spent);
            if (result != wanted)
                return fprintf(stderr, "bench: %s answers %d in round %ld\n", service, result, round), 1;
            times[turn][round] = spent;
        }
    }
    for (int i = 0; i < count - 6; i++) report(words[6 + i], kind, i, rounds);
    return 0;
}
