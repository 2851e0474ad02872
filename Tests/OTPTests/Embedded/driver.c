// The OTP room as the PAM module has it: Embedded objects, no Swift runtime, a C program around
// them. Each argument names a ring of checks:
//   vectors  every code of RFC 4226 and RFC 6238, computed and matched
//   wiped    memory that libcrypto gets back holds no secret, and nothing is kept
//   starved  the n-th allocation fails, for every n: an error or the right answer, queue as found
//   stack    the stack below a finished call holds no secret, digest or code
#define _GNU_SOURCE
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

extern int32_t surface_hotp(const uint8_t *, intptr_t, uint64_t, uint8_t, intptr_t, uint8_t *);
extern int32_t surface_match(const uint8_t *, intptr_t, uint8_t, uint64_t, intptr_t,
                             const uint8_t *, intptr_t, intptr_t *);
extern int32_t surface_seal(const uint8_t *, intptr_t);
extern intptr_t surface_uri(const uint8_t *, intptr_t, uint8_t *, intptr_t);
extern int32_t surface_failing(const uint8_t *, intptr_t);
extern int32_t surface_secret(const uint8_t *, intptr_t);
extern int32_t surface_derive(const uint8_t *, intptr_t, uint8_t *);

static int failures;
#define CHECK(what, ...)                      \
  do {                                        \
    if (!(what)) {                            \
      failures++;                             \
      printf("%d: not %s: ", __LINE__, #what); \
      printf(__VA_ARGS__);                    \
      printf("\n");                           \
    }                                         \
  } while (0)

static uint8_t seed[64];  // "1234567890…", the keys of both RFCs
static const intptr_t lengths[] = {0, 20, 32, 64};

// RFC 4226, Appendix D; RFC 6238, Appendix B
static const char *const hotp_codes[] = {"755224", "287082", "359152", "969429", "338314",
                                         "254676", "287922", "162583", "399871", "520489"};
static const uint64_t times[] = {59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000};
static const char *const totp_codes[4][6] = {
    {0},
    {"94287082", "07081804", "14050471", "89005924", "69279037", "65353130"},
    {"46119246", "68084774", "67062674", "91819424", "90698825", "77737706"},
    {"90693936", "25091201", "99943326", "93441116", "38618901", "47863826"}};

static void vector(uint8_t algorithm, uint64_t counter, const char *code) {
  char text[9] = "";
  intptr_t digits = (intptr_t)strlen(code), count = lengths[algorithm], distance = 99;
  int32_t rc = surface_hotp(seed, count, counter, algorithm, digits, (uint8_t *)text);
  CHECK(rc == 0 && strcmp(text, code) == 0, "algorithm %d counter %llu: %d %s, expected %s",
        algorithm, (unsigned long long)counter, rc, text, code);
  for (intptr_t away = -2; away <= 2; away++) {
    rc = surface_match(seed, count, algorithm, counter - (uint64_t)away, 1, (const uint8_t *)code,
                       digits, &distance);
    int inside = away >= -1 && away <= 1;
    CHECK(rc == inside && (!inside || distance == away), "match of %s at %ld: %d, %ld", code,
          (long)away, rc, (long)distance);
  }
}

static int vectors(void) {
  int count = 0;
  for (uint64_t counter = 0; counter < 10; counter++, count++) vector(1, counter, hotp_codes[counter]);
  for (uint8_t algorithm = 1; algorithm <= 3; algorithm++)
    for (int i = 0; i < 6; i++, count++) vector(algorithm, times[i] / 30, totp_codes[algorithm][i]);
  return count;
}

// An allocator that counts, fails at will and looks at what it gets back.
struct block {
  size_t size;
  size_t pad;
};
static long live, allocations, fail_at;
static int dirty;
static const uint8_t *needle;
static size_t needle_length;

static void *count_malloc(size_t size, const char *file, int line) {
  (void)file, (void)line;
  if (fail_at && ++allocations == fail_at) return NULL;
  if (!fail_at) allocations++;
  if (size > SIZE_MAX / 2) return NULL;
  struct block *block = malloc(sizeof *block + size);
  if (!block) return NULL;
  block->size = size;
  live++;
  return block + 1;
}

static void count_free(void *memory, const char *file, int line) {
  (void)file, (void)line;
  if (!memory) return;
  struct block *block = (struct block *)memory - 1;
  if (needle && memmem(memory, block->size, needle, needle_length)) dirty++;
  live--;
  free(block);
}

static void *count_realloc(void *memory, size_t size, const char *file, int line) {
  if (!memory) return count_malloc(size, file, line);
  void *fresh = count_malloc(size, file, line);
  if (!fresh) return NULL;
  size_t old = ((struct block *)memory - 1)->size;
  memcpy(fresh, memory, old < size ? old : size);
  count_free(memory, file, line);
  return fresh;
}

static const char uri[] =
    "otpauth://totp/Status:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Status";
static const uint8_t base32[] = "GEZDGNBVGY3TQOJQ";
static const uint8_t once[] = "0110-AB1Z-0V01-XYZ0";

// Each call: 1 as it should be, 0 a failure for want of memory, -1 anything else.
static int call_match(void) {
  intptr_t distance = 99;
  int32_t rc = surface_match(seed, 20, 1, 1, 1, (const uint8_t *)"287082", 6, &distance);
  return rc == 1 && distance == 0 ? 1 : rc == -1 ? 0 : -1;
}
static int call_wrong(void) {
  intptr_t distance = 99;
  int32_t rc = surface_match(seed, 64, 3, 1, 2, (const uint8_t *)"287082", 6, &distance);
  return rc == 0 ? 1 : rc == -1 ? 0 : -1;
}
static int call_hotp(void) {
  char text[9] = "";
  int32_t rc = surface_hotp(seed, 32, 1, 2, 8, (uint8_t *)text);
  return rc == 0 && strcmp(text, "46119246") == 0 ? 1 : rc == -1 ? 0 : -1;
}
static int call_seal(void) {
  int32_t rc = surface_seal(seed, 20);
  return rc == 0 ? 1 : rc == -1 ? 0 : -1;
}
static int call_uri(void) {
  static uint8_t room[1024];
  intptr_t rc = surface_uri((const uint8_t *)uri, sizeof uri - 1, room, sizeof room);
  OPENSSL_cleanse(room, sizeof room);
  return rc > 0 ? 1 : rc == -1 ? 0 : -1;
}
static int call_failing(void) {
  int32_t rc = surface_failing(seed, 20);
  return rc == 0 ? 1 : rc == -1 ? 0 : -1;
}
static int call_secret(void) {
  int32_t rc = surface_secret(seed, 20);
  return rc == 0 ? 1 : rc == -1 ? 0 : -1;
}
static int call_derive(void) {
  uint8_t hash[32];
  int32_t rc = surface_derive(once, 19, hash);
  return rc == 0 ? 1 : rc == -1 ? 0 : -1;
}

static const struct {
  const char *name;
  int (*run)(void);
} calls[] = {{"match", call_match},     {"match of a wrong code", call_wrong},
             {"hotp", call_hotp},       {"seal and open", call_seal},
             {"uri", call_uri},         {"failing filling", call_failing},
             {"secret", call_secret},   {"one-time secret", call_derive}};
enum { CALLS = sizeof calls / sizeof *calls };

static int wiped(void) {
  for (int i = 0; i < CALLS; i++) CHECK(calls[i].run() == 1, "%s", calls[i].name);
  const struct {
    const uint8_t *bytes;
    size_t length;
  } needles[] = {{seed, 16}, {base32, 16}};
  for (int n = 0; n < 2; n++) {
    needle = needles[n].bytes;
    needle_length = needles[n].length;
    for (int i = 0; i < CALLS; i++) {
      long before = live;
      dirty = 0;
      CHECK(calls[i].run() == 1, "%s", calls[i].name);
      CHECK(dirty == 0, "%s gave back %d blocks with a secret in them", calls[i].name, dirty);
      CHECK(live == before, "%s kept %ld blocks", calls[i].name, live - before);
    }
  }
  // The allocator sees: what is freed without being wiped is noticed.
  void *careless = CRYPTO_malloc(64, NULL, 0);
  memcpy(careless, base32, 16);
  CRYPTO_free(careless, NULL, 0);
  CHECK(dirty == 1, "the allocator is blind");
  needle = NULL;
  return CALLS;
}

static int starved(void) {
  int faults = 0;
  for (int i = 0; i < CALLS; i++) {
    CHECK(calls[i].run() == 1, "%s", calls[i].name);
    for (long n = 1; n < 10000; n++) {
      ERR_clear_error();
      ERR_raise(ERR_LIB_USER, 101);
      fail_at = n;
      allocations = 0;
      int rc = calls[i].run();
      long used = allocations;
      fail_at = 0;
      CHECK(rc >= 0, "%s with allocation %ld failing", calls[i].name, n);
      CHECK(ERR_GET_REASON(ERR_get_error()) == 101 && ERR_get_error() == 0,
            "%s with allocation %ld failing: error queue", calls[i].name, n);
      if (used < n) break;
      faults++;
    }
    CHECK(calls[i].run() == 1, "%s does not recover", calls[i].name);
  }
  return faults;
}

// A call on a stack of its own, which is searched when it has ended. (A thread's stack will not do:
// glibc hands its pages back before anyone can look.)
enum { STACK = 1 << 20 };
static int (*painted_call)(void);
static ucontext_t here, there;
static void painted(void) {
  if (painted_call() != 1) failures++;
}

static void search(const char *name, const uint8_t *stack, const void *bytes, size_t length,
                   const char *what) {
  const uint8_t *at = memmem(stack, STACK, bytes, length);
  CHECK(at == NULL, "%s left %s on the stack, %ld bytes below its top", name, what,
        (long)(stack + STACK - at));
}

static void search_code(const char *name, const uint8_t *stack, const char *code) {
  uint32_t value = (uint32_t)strtoul(code, NULL, 10);
  uint32_t turned = __builtin_bswap32(value);
  search(name, stack, &value, 4, "a code");
  search(name, stack, &turned, 4, "a code");
  search(name, stack, code, strlen(code), "the digits of a code");
}

static int stack_call(const char *name, int (*run)(void), int expect_found) {
  uint8_t *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) return 0;
  memset(stack, 0xa5, STACK);
  getcontext(&there);
  there.uc_stack.ss_sp = stack;
  there.uc_stack.ss_size = STACK;
  there.uc_link = &here;
  painted_call = run;
  makecontext(&there, painted, 0);
  swapcontext(&here, &there);
  if (expect_found) {
    CHECK(memmem(stack, STACK, seed, 16) != NULL, "the search is blind");
  } else {
    uint8_t inner[16], outer[16], digest[EVP_MAX_MD_SIZE];
    for (int i = 0; i < 16; i++) inner[i] = seed[i] ^ 0x36, outer[i] = seed[i] ^ 0x5c;
    search(name, stack, seed, 12, "a secret");
    search(name, stack, inner, 12, "a secret under ipad");
    search(name, stack, outer, 12, "a secret under opad");
    search(name, stack, base32, 12, "a secret in base 32");
    const EVP_MD *const hashes[] = {NULL, EVP_sha1(), EVP_sha256(), EVP_sha512()};
    for (int algorithm = 1; algorithm <= 3; algorithm++)
      for (uint8_t counter = 0; counter < 4; counter++) {
        uint8_t message[8] = {0, 0, 0, 0, 0, 0, 0, counter};
        char code[9];
        HMAC(hashes[algorithm], seed, (int)lengths[algorithm], message, 8, digest, NULL);
        search(name, stack, digest, 12, "a digest");
        for (int digits = 6; digits <= 8; digits += 2) {
          surface_hotp(seed, lengths[algorithm], counter, (uint8_t)algorithm, digits,
                       (uint8_t *)code);
          search_code(name, stack, code);
        }
      }
  }
  munmap(stack, STACK);
  return 1;
}

static int careless_call(void) {
  volatile uint8_t room[20];
  for (int i = 0; i < 20; i++) room[i] = seed[i];
  return room[19] ? 1 : 0;
}

static int quiet_hotp(void) {
  static uint8_t text[9];
  return surface_hotp(seed, 32, 1, 2, 8, text) == 0;
}

static int stack(void) {
  int searched = 0;
  for (int i = 0; i < CALLS; i++) {
    calls[i].run();
    int (*run)(void) = calls[i].run == call_hotp ? quiet_hotp : calls[i].run;
    searched += stack_call(calls[i].name, run, 0);
  }
  stack_call("careless", careless_call, 1);
  return searched;
}

int main(int argc, char **argv) {
  CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free);
  for (int i = 0; i < 64; i++) seed[i] = (uint8_t)('0' + (i + 1) % 10);
  for (int i = 1; i < argc; i++) {
    int before = failures, count = -1;
    if (strcmp(argv[i], "vectors") == 0) count = vectors();
    if (strcmp(argv[i], "wiped") == 0) count = wiped();
    if (strcmp(argv[i], "starved") == 0) count = starved();
    if (strcmp(argv[i], "stack") == 0) count = stack();
    if (count < 0) return fprintf(stderr, "unknown ring %s\n", argv[i]), 64;
    if (failures == before)
      printf("ok %d %s\n", count,
             strcmp(argv[i], "vectors") == 0   ? "vectors"
             : strcmp(argv[i], "wiped") == 0   ? "calls wiped"
             : strcmp(argv[i], "starved") == 0 ? "failing allocations"
                                               : "stacks clean");
  }
  return failures != 0;
}
