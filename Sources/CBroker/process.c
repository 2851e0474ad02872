#include "process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <syslog.h>
#include <unistd.h>

bool bound_process(unsigned seconds)
{
    const struct rlimit none = {0, 0};
    sigset_t alarms;
    /* SIGALRM ends a process unless it came blocked or ignored through execve. */
    bool ends = sigemptyset(&alarms) == 0 && sigaddset(&alarms, SIGALRM) == 0 &&
                signal(SIGALRM, SIG_DFL) != SIG_ERR &&
                sigprocmask(SIG_UNBLOCK, &alarms, NULL) == 0;
    (void)alarm(seconds);
    return ends && setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0;
}

void log_as(const char *name, int priority, const char *line)
{
    openlog(name, LOG_PID, LOG_AUTHPRIV);
    syslog(LOG_AUTHPRIV | priority, "%s", line);
}
