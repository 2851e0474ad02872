#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pamtry.h"

int gate_index;
static int arrived[2] = {-1, -1}, opened[2] = {-1, -1};
static bool waited;

// A child that ends without having waited counts as arrived, so that nobody hangs.
static void arrive(void) {
    if (!waited && arrived[1] >= 0 && write(arrived[1], "", 1) != 1) _exit(70);
    waited = true;
}

void gate_wait(void) {
    char byte;
    if (opened[0] < 0) return;
    arrive();
    while (read(opened[0], &byte, 1) > 0) continue;
}

int gate_run(int children, int (*body)(void)) {
    if (pipe(arrived) || pipe(opened)) return 70;
    for (int i = 0; i < children; i++) {
        pid_t child = fork();
        if (child < 0) return 70;
        if (child > 0) continue;
        close(opened[1]);
        gate_index = i;
        say_gather();
        int status = body();
        arrive();
        say_flush(i);
        _exit(status);
    }
    char byte;
    close(arrived[1]);
    for (int i = 0; i < children && read(arrived[0], &byte, 1) == 1; i++) continue;
    close(opened[1]);
    int worst = 0, status;
    while (wait(&status) > 0) worst |= WIFEXITED(status) ? WEXITSTATUS(status) : 70;
    return worst;
}
