// What the parts of pamtry share.
#pragma once

#include <security/pam_appl.h>
#include <stdbool.h>

// say.c: one line per fact; bytes that are not printable ASCII, and '%', as %XX.
const char *pam_name(int code);
void say(const char *what, const char *word, const char *text);
void say_number(const char *what, long number);
void say_gather(void);  // keep lines back, so that parallel children do not mix
void say_flush(int child);

// converse.c: answers in the order given.
bool answer_add(const char *answer);
int converse(int count, const struct pam_message **messages, struct pam_response **responses,
             void *unused);

// window.c: what counts as "inside the call", for allocation faults and for atcall.
void window_open(void);
void window_close(void);
long window_allocations(void);
extern long fail_allocation;  // -1 never, 0 only count

// gate.c: children that do the same thing at the same instant.
extern int gate_index;
int gate_run(int children, int (*body)(void));
void gate_wait(void);

// The clock interposer, when it is preloaded.
bool clock_move(const char *to);
