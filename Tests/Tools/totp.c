// totp: a second implementation of RFC 6238, so that tests do not ask the product what is right.
//
//   totp SECRET [TIME [DIGITS [PERIOD [sha1|sha256|sha512]]]]     SECRET in Base32
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t from_base32(const char *text, unsigned char *bytes, size_t room) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint64_t bits = 0;
    size_t n = 0;
    int held = 0;
    for (; *text && *text != '='; text++) {
        const char *place = strchr(alphabet, *text);
        if (!place) return 0;
        bits = bits << 5 | (uint64_t)(place - alphabet);
        held += 5;
        if (held < 8) continue;
        if (n == room) return 0;
        held -= 8;
        bytes[n++] = (unsigned char)(bits >> held);
    }
    return n;
}

int main(int count, char **words) {
    unsigned char secret[128], counter[8], mac[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (count < 2) return 64;
    size_t n = from_base32(words[1], secret, sizeof secret);
    uint64_t now = count > 2 ? strtoull(words[2], NULL, 10) : (uint64_t)time(NULL);
    int digits = count > 3 ? atoi(words[3]) : 6;
    uint64_t period = count > 4 ? strtoull(words[4], NULL, 10) : 30;
    const EVP_MD *hash = EVP_get_digestbyname(count > 5 ? words[5] : "sha1");
    if (n == 0 || !hash || period == 0 || digits < 6 || digits > 8) return 64;

    uint64_t step = now / period;
    for (int i = 7; i >= 0; i--, step >>= 8) counter[i] = (unsigned char)step;
    if (!HMAC(hash, secret, (int)n, counter, sizeof counter, mac, &length)) return 70;
    const unsigned char *at = mac + (mac[length - 1] & 15);
    uint32_t number = (uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    static const uint32_t powers[] = {1000000, 10000000, 100000000};
    printf("%0*u\n", digits, number % powers[digits - 6]);
    return 0;
}
