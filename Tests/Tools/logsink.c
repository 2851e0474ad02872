// logsink: stands where syslogd would, inside a test root: /dev/log to a file, one line each.
//
//   logsink SOCKET FILE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int main(int count, char **words) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (count != 3 || strlen(words[1]) >= sizeof address.sun_path) return 64;
    strcpy(address.sun_path, words[1]);
    int in = socket(AF_UNIX, SOCK_DGRAM, 0);
    int out = open(words[2], O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (in < 0 || out < 0 || bind(in, (struct sockaddr *)&address, sizeof address)) return 70;
    if (chmod(words[1], 0666)) return 70;
    pid_t background = fork();  // who started us may rely on the socket from here on
    if (background != 0) return background < 0 ? 70 : 0;
    close(STDIN_FILENO), close(STDOUT_FILENO), close(STDERR_FILENO);
    char line[8192];
    for (ssize_t n; (n = recv(in, line, sizeof line - 1, 0)) >= 0;) {
        line[n] = '\n';
        if (write(out, line, (size_t)n + 1) < 0) return 70;
    }
    return 70;
}
