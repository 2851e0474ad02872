// atcall: runs a program and lets something happen at its n-th system call.
//
//   atcall [--window] [--execs N] [--at N] [--do errno:NUMBER|kill|hold] [--report FILE]
//          -- PROGRAM …
//
//   --window       count only between the marks that pamtry sets around its calls into libpam
//   --execs N      count only from the N-th execve on (1: PROGRAM itself)
//   --at N         1 is the first; without it, only count
//   --do errno:E   the call is not made and fails with E       kill   SIGKILL instead of the call
//   --do hold      the program stands still before the call until FILE is removed, then dies
//   --report FILE  "calls N" at the end, "held PID" while holding, "did NUMBER" (system call)
// Every system call of every process and thread below PROGRAM counts, those of libc included.
// Exit status: the program's; 128 + signal when one ended it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WINDOW_OPEN = -770001, WINDOW_CLOSE = -770002 };
enum action { COUNT, FAIL, KILL, HOLD };

static enum action action = COUNT;
static long at, counted, execs;
static const char *report_path = "/dev/null";
static int failure, report = -1;
static bool windowed, open_window;
static pid_t failing;

static void tell(const char *word, long number) {
    if (report >= 0) dprintf(report, "%s %ld\n", word, number);
}

// Calls that never fail so: glibc takes a futex that does for damage, and brk tells no errno.
static bool must_return(unsigned long long number) {
    return number == SYS_exit || number == SYS_exit_group || number == SYS_rt_sigreturn ||
           number == SYS_futex || number == SYS_brk;
}

// At the entry into a system call.
static void entered(pid_t task, unsigned long long number, long first) {
    if (number == SYS_getpgid && (int)first == WINDOW_OPEN) open_window = true;
    else if (number == SYS_getpgid && (int)first == WINDOW_CLOSE) open_window = false;
    else if (execs <= 0 && (!windowed || open_window)) {
        if (++counted != at) return;
        if (action == FAIL && must_return(number)) return;
        tell("did", (long)number);
        if (action == KILL) kill(task, SIGKILL);
        if (action == HOLD) {
            tell("held", task);
            while (access(report_path, F_OK) == 0) usleep(10 * 1000);
            exit(0);  // PTRACE_O_EXITKILL
        }
        if (action == FAIL) {
            ptrace(PTRACE_POKEUSER, task, offsetof(struct user, regs.orig_rax), -1L);
            failing = task;
        }
    }
}

static void left(pid_t task) {
    if (failing != task) return;
    ptrace(PTRACE_POKEUSER, task, offsetof(struct user, regs.rax), -(long)failure);
    failing = 0;
}

static int follow(pid_t first) {
    int status, result = 70;
    for (pid_t task; (task = waitpid(-1, &status, __WALL)) > 0;) {
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (task == first)
                result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        int pass = 0;
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            struct __ptrace_syscall_info info;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, task, sizeof info, &info) > 0) {
                if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
                    entered(task, info.entry.nr, (long)info.entry.args[0]);
                else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
                    left(task);
            }
        } else if (status >> 16 == PTRACE_EVENT_EXEC) {
            execs--;
        } else if (status >> 16 == 0 && WSTOPSIG(status) != SIGSTOP) {
            pass = WSTOPSIG(status);
        }
        ptrace(PTRACE_SYSCALL, task, NULL, (long)pass);
    }
    return result;
}

int main(int count, char **words) {
    static const struct option options[] = {{"window", 0, 0, 'w'},
        {"execs", 1, 0, 'e'}, {"at", 1, 0, 'n'},
        {"do", 1, 0, 'd'}, {"report", 1, 0, 'r'}, {0, 0, 0, 0}};
    for (int option; (option = getopt_long(count, words, "+", options, NULL)) != -1;) {
        switch (option) {
        case 'e': execs = atol(optarg); break;
        case 'w': windowed = true; break;
        case 'n': at = atol(optarg); break;
        case 'r':
            report_path = optarg;
            report = open(optarg, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            if (report < 0) return 70;
            break;
        case 'd':
            if (strcmp(optarg, "kill") == 0) action = KILL;
            else if (strcmp(optarg, "hold") == 0) action = HOLD;
            else if (sscanf(optarg, "errno:%d", &failure) == 1) action = FAIL;
            else return 64;
            break;
        default: return 64;
        }
    }
    if (optind == count) return 64;
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execvp(words[optind], words + optind);
        _exit(127);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return 70;
    long wishes = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK |
                  PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
    if (ptrace(PTRACE_SETOPTIONS, child, NULL, wishes)) return 70;
    ptrace(PTRACE_SYSCALL, child, NULL, NULL);
    int result = follow(child);
    tell("calls", counted);
    return result;
}
