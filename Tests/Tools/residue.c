// residue: one sign-in on a stack of its own; what of its secrets is left in memory afterwards?
//
//   residue CONFDIR SERVICE USER [control] < LINES      each line: NAME HEX
//
// The line called "answer" is what the conversation gives. After pam_end every byte that this
// process can write is searched for each pattern: whole where it has fewer than 8 bytes, else each
// 8 bytes of it. Patterns are kept masked, so that the search does not find itself. Prints
// "searched BYTES", "found NAME WHERE" per place, and libpam's answer. With `control`, traces are
// left on the stack and in freed memory on purpose.
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MASK = 0xa5, STACK = 1 << 20, MOST = 16, LONGEST = 256 };

static struct pattern {
    char name[32];
    unsigned char masked[LONGEST];
    size_t length;
} patterns[MOST];
static size_t known;
static char **words;
static int answer_of_pam = -1;
static bool control;
static pthread_barrier_t done, searched;

static void unmask(unsigned char *into, const struct pattern *pattern) {
    for (size_t i = 0; i < pattern->length; i++) into[i] = pattern->masked[i] ^ MASK;
}

static const struct pattern *named(const char *name) {
    for (size_t i = 0; i < known; i++)
        if (strcmp(patterns[i].name, name) == 0) return &patterns[i];
    exit(64);
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *unused) {
    (void)unused;
    *responses = calloc((size_t)count, sizeof **responses);
    if (!*responses) return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        if (messages[i]->msg_style != PAM_PROMPT_ECHO_OFF) continue;
        const struct pattern *answer = named("answer");
        unsigned char *text = calloc(1, answer->length + 1);
        if (!text) return PAM_BUF_ERR;
        unmask(text, answer);
        (*responses)[i].resp = (char *)text;
    }
    return PAM_SUCCESS;
}

static void no_delay(int status, unsigned microseconds, void *unused) {
    (void)status, (void)microseconds, (void)unused;
}

__attribute__((noinline)) static void leave_traces(void) {
    volatile unsigned char room[16384];
    const struct pattern *pattern = named("control");
    unsigned char *freed = malloc(4096);
    if (!freed) exit(70);
    for (size_t i = 0; i < pattern->length; i++) {
        room[i] = pattern->masked[i] ^ MASK;
        ((volatile unsigned char *)freed)[2048 + i] = room[i];
    }
    free(freed);
}

__attribute__((noinline)) static void sign_in(void) {
    pam_handle_t *handle;
    struct pam_conv conversation = {converse, NULL};
    if (pam_start_confdir(words[2], words[3], &conversation, words[1], &handle)) return;
    pam_set_item(handle, PAM_FAIL_DELAY, (const void *)no_delay);
    answer_of_pam = pam_authenticate(handle, 0);
    pam_end(handle, answer_of_pam);
    if (control) leave_traces();
}

// glibc gives the stack of a thread that ends back to the kernel: this one waits for the search.
static void *thread_body(void *unused) {
    sign_in();
    pthread_barrier_wait(&done);
    pthread_barrier_wait(&searched);
    return unused;
}

static void search(const unsigned char *start, const unsigned char *end, const char *where) {
    for (size_t p = 0; p < known; p++) {
        const struct pattern *pattern = &patterns[p];
        size_t window = pattern->length < 8 ? pattern->length : 8, found = 0;
        for (const unsigned char *c = start; c + window <= end; c++)
            for (size_t at = 0; at + window <= pattern->length; at++) {
                size_t i = 0;
                while (i < window && c[i] == (pattern->masked[at + i] ^ MASK)) i++;
                if (i == window) found++;
                if (window < 8) break;
            }
        if (found) printf("found %s %s\n", pattern->name, where);
    }
}

static void search_all(const unsigned char *stack) {
    static char lines[1 << 18];
    FILE *maps = fopen("/proc/self/maps", "re");
    size_t used = maps ? fread(lines, 1, sizeof lines - 1, maps) : 0, total = 0;
    if (used == 0 || used == sizeof lines - 1) exit(70);
    fclose(maps);
    for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
        unsigned long start, end, inode = 0;
        char rights[8], name[512] = "";
        if (sscanf(line, "%lx-%lx %7s %*x %*s %lu %511[^\n]", &start, &end, rights, &inode, name) < 3)
            exit(70);
        // Shared mappings are files, and are searched as such by the test.
        if (rights[0] != 'r' || rights[1] != 'w' || rights[3] != 'p') continue;
        const char *where = strstr(name, "[heap]") ? "heap" : strstr(name, "[stack]") ? "main-stack"
            : start <= (unsigned long)stack && (unsigned long)stack < end ? "stack" : "memory";
        search((const unsigned char *)start, (const unsigned char *)end, where);
        total += end - start;
    }
    printf("searched %zu\n", total);
}

int main(int count, char **given) {
    if (count < 4) return 64;
    words = given;
    control = count > 4;
    setvbuf(stdin, NULL, _IONBF, 0);
    setvbuf(stdout, NULL, _IONBF, 0);
    // Byte by byte, so that no line is left in a buffer.
    int c;
    while (known < MOST && (c = getchar()) != EOF) {
        struct pattern *next = &patterns[known++];
        size_t n = 0;
        for (; c != ' ' && c != EOF && n < sizeof next->name - 1; c = getchar()) next->name[n++] = (char)c;
        for (int half = 0; (c = getchar()) != '\n' && c != EOF && next->length < LONGEST; half = !half) {
            int digit = c <= '9' ? c - '0' : c - 'a' + 10;
            if (!half) next->masked[next->length] = (unsigned char)(digit << 4);
            else next->masked[next->length] = (unsigned char)(next->masked[next->length] | digit) ^ MASK,
                 next->length++;
        }
    }
    unsigned char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    if (stack == MAP_FAILED || pthread_attr_init(&attributes) ||
        pthread_attr_setstack(&attributes, stack, STACK) ||
        pthread_barrier_init(&done, NULL, 2) || pthread_barrier_init(&searched, NULL, 2) ||
        pthread_create(&thread, &attributes, thread_body, NULL))
        return 70;
    pthread_barrier_wait(&done);
    search_all(stack);
    pthread_barrier_wait(&searched);
    pthread_join(thread, NULL);
    printf("answer %d\n", answer_of_pam);
    return 0;
}
