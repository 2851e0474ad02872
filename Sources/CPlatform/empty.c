/* All of CPlatform is in its header; SwiftPM wants one translation unit. */
#include "platform.h"
