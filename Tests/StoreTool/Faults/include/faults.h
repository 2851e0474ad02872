/*
 * What lets a process be killed, or a call fail, at the n-th call into the system that the store
 * makes; and what several processes of one test share.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

enum fault_kind { FAULT_NONE, FAULT_KILL, FAULT_ERRNO, FAULT_SHORT };

/* Memory shared with every child; to be called once, before the first fork. */
bool faults_begin(void);

/* From now on fsync and fdatasync do what they say; until then they do nothing. */
void faults_sync(void);

/* From now on calls count, and the n-th (from 1) is hit. */
void faults_arm(enum fault_kind kind, int number, long at);
void faults_disarm(void);
/* How many calls were made, and which one was hit ("" for none). */
long faults_count(void);
const char *faults_hit(void);
bool faults_any_hit(void);

/* What a child leaves for its parent: why it failed, and a code that it was shown. */
void faults_say(const char *text);
const char *faults_said(void);
void faults_show(const char *code);
const char *faults_shown(void);

/* fork: -1, or 0 in the child. Only ever one thread here. */
pid_t fork_child(void);
_Noreturn void leave_child(int status);
/* Exit status, 128 + the signal that ended it, 256 + the one that stopped it. */
int wait_for(pid_t child, bool or_stopped);
bool become(uid_t user);
void stop_here(void);
void go_on(pid_t child);
bool has_stopped(int status);

/* Writes `file` until not one more byte fits. */
bool fill_disk(const char *file);

/* All `count` processes go on together. */
bool barrier_make(unsigned count);
void barrier_wait(void);
/* One number per round, shared. */
void tally_add(unsigned round);
unsigned tally(unsigned round);

#pragma clang assume_nonnull end
