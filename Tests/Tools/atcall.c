// atcall: runs a program and lets something happen at its n-th system call.
//
//   atcall [--window] [--execs N] [--inside NAME] [--changing] [--at N]
//          [--do errno:NUMBER|kill|hold|walk|run:COMMAND] [--report FILE] -- PROGRAM …
//
//   --window       count only between the marks that pamtry sets around its calls into libpam
//   --execs N      count only from the N-th execve on (1: PROGRAM itself)
//   --inside NAME  count only calls made by the loaded library NAME or by what it has called: those
//                  with a return address into it on the stack
//   --changing     count only calls that change a file or a folder, or put one on disk
//   --at N         1 is the first; without it, only count
//   --do errno:E   the call is not made and fails with E       kill   SIGKILL instead of the call
//   --do hold      the program stands still before the call until FILE is removed, then dies
//   --do walk      it stands still before this call and each one after it, until FILE is emptied;
//                  removed, it dies
//   --do run:C     before the call the shell runs the command C; then the program goes on
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
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WINDOW_OPEN = -770001, WINDOW_CLOSE = -770002 };
enum action { COUNT, FAIL, KILL, HOLD, WALK, RUN };

static enum action action = COUNT;
static long at, counted, execs;
static const char *report_path = "/dev/null", *library, *command;
static int failure, report = -1;
static bool windowed, open_window, only_changing;
static pid_t failing;

static void tell(const char *word, long number) {
    if (report >= 0) dprintf(report, "%s %ld\n", word, number);
}

// Calls that never fail so: glibc takes a futex that does for damage, and brk tells no errno.
static bool must_return(unsigned long long number) {
    return number == SYS_exit || number == SYS_exit_group || number == SYS_rt_sigreturn ||
           number == SYS_futex || number == SYS_brk;
}

// What a mapped page is given between two of these is in it at the second.
static bool changes(unsigned long long number, const uint64_t *words) {
    switch (number) {
    case SYS_openat: return words[2] & (O_CREAT | O_TRUNC);
    case SYS_open: return words[1] & (O_CREAT | O_TRUNC);
    case SYS_write: case SYS_writev: case SYS_pwrite64: case SYS_truncate: case SYS_ftruncate:
    case SYS_fallocate: case SYS_fsync: case SYS_fdatasync: case SYS_msync:
    case SYS_mkdir: case SYS_mkdirat: case SYS_rmdir: case SYS_unlink: case SYS_unlinkat:
    case SYS_rename: case SYS_renameat: case SYS_renameat2: case SYS_link: case SYS_linkat:
    case SYS_symlink: case SYS_symlinkat: case SYS_chmod: case SYS_fchmod: case SYS_fchmodat:
    case SYS_chown: case SYS_fchown: case SYS_fchownat: return true;
    default: return false;
    }
}

// Where the code of `library` and the end of the stack are in `task`; false while it is not loaded.
static bool places(pid_t task, unsigned long *start, unsigned long *end, unsigned long *bottom) {
    char path[64], line[512], flags[8];
    unsigned long from, to;
    *start = *bottom = 0;
    snprintf(path, sizeof path, "/proc/%d/maps", task);
    FILE *maps = fopen(path, "re");
    while (maps && fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, flags) != 3) continue;
        if (strstr(line, library) && flags[2] == 'x') *start = from, *end = to;
        if (strstr(line, "[stack]")) *bottom = to;
    }
    if (maps) fclose(maps);
    return *start && *bottom;
}

// Whether a call stands before `address`: other numbers that look like code are no return addresses.
static bool returns(pid_t task, unsigned long address) {
    unsigned char code[6];
    struct iovec ours = {code, sizeof code}, its = {(void *)(address - sizeof code), sizeof code};
    if (process_vm_readv(task, &ours, 1, &its, 1, 0) != sizeof code) return false;
    return code[1] == 0xe8 || (code[0] == 0xff && code[1] == 0x15) ||
           (code[3] == 0xff && (code[4] & 0x38) == 0x10) ||
           (code[4] == 0xff && (code[5] & 0x38) == 0x10);
}

static bool inside(pid_t task, unsigned long top) {
    static unsigned long words[1 << 16];
    unsigned long start, end, bottom;
    if (!library) return true;
    if (!places(task, &start, &end, &bottom) || top >= bottom) return false;
    size_t length = bottom - top < sizeof words ? bottom - top : sizeof words;
    struct iovec ours = {words, length}, its = {(void *)top, length};
    ssize_t n = process_vm_readv(task, &ours, 1, &its, 1, 0);
    for (ssize_t i = 0; i < n / (ssize_t)sizeof *words; i++)
        if (words[i] > start && words[i] < end && returns(task, words[i])) return true;
    return false;
}

static void hold(pid_t task) {
    struct stat report_now;
    tell("held", task);
    while (stat(report_path, &report_now) == 0) {
        if (action == WALK && report_now.st_size == 0) return;
        usleep(5 * 1000);
    }
    exit(0);  // PTRACE_O_EXITKILL
}

// At the entry into a system call.
static void entered(pid_t task, unsigned long long number, const uint64_t *words,
                    unsigned long stack) {
    if (number == SYS_getpgid && (int)words[0] == WINDOW_OPEN) open_window = true;
    else if (number == SYS_getpgid && (int)words[0] == WINDOW_CLOSE) open_window = false;
    else if (execs <= 0 && (!windowed || open_window) &&
             (!only_changing || changes(number, words)) && inside(task, stack)) {
        if (++counted != at && !(action == WALK && counted > at)) return;
        if (action == FAIL && must_return(number)) return;
        tell("did", (long)number);
        if (action == KILL) kill(task, SIGKILL);
        if (action == HOLD || action == WALK) hold(task);
        if (action == RUN && system(command) != 0) tell("failed", task);
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
                    entered(task, info.entry.nr, info.entry.args, info.stack_pointer);
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
        {"execs", 1, 0, 'e'}, {"at", 1, 0, 'n'}, {"inside", 1, 0, 'i'}, {"changing", 0, 0, 'c'},
        {"do", 1, 0, 'd'}, {"report", 1, 0, 'r'}, {0, 0, 0, 0}};
    for (int option; (option = getopt_long(count, words, "+", options, NULL)) != -1;) {
        switch (option) {
        case 'e': execs = atol(optarg); break;
        case 'w': windowed = true; break;
        case 'i': library = optarg; break;
        case 'c': only_changing = true; break;
        case 'n': at = atol(optarg); break;
        case 'r':
            report_path = optarg;
            report = open(optarg, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            if (report < 0) return 70;
            break;
        case 'd':
            if (strcmp(optarg, "kill") == 0) action = KILL;
            else if (strcmp(optarg, "hold") == 0) action = HOLD;
            else if (strcmp(optarg, "walk") == 0) action = WALK;
            else if (sscanf(optarg, "errno:%d", &failure) == 1) action = FAIL;
            else if (strncmp(optarg, "run:", 4) == 0) action = RUN, command = optarg + 4;
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
