#include "advisories.h"

/* #embed is of C23. What it reads is no code: it is parsed as any file of that kind is. */
static const unsigned char advisories[] = {
#embed "advisories.json"
};

const unsigned char *bundled_advisories(void) { return advisories; }

size_t bundled_advisories_size(void) { return sizeof advisories; }
