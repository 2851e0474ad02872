#include "platform.h"

#include <arpa/inet.h>

size_t network_of(char *room, size_t size, size_t length)
{
    char address[INET6_ADDRSTRLEN];
    if (length >= sizeof address || length > size || size < sizeof address)
        return length;
    memcpy(address, room, length);
    address[length] = '\0';
    /* Behind '%' stands the interface of a link-local address. */
    address[strcspn(address, "%")] = '\0';

    struct in6_addr six;
    int family = AF_INET6;
    const unsigned char *start = six.s6_addr;
    if (inet_pton(AF_INET6, address, &six) != 1) {
        family = AF_INET;
        if (inet_pton(AF_INET, address, &six) != 1)
            return length;
    } else if (IN6_IS_ADDR_V4MAPPED(&six)) {
        family = AF_INET;
        start = &six.s6_addr[12];
    } else {
        memset(&six.s6_addr[8], 0, 8);
    }
    return inet_ntop(family, start, room, (socklen_t)size) ? strlen(room) : length;
}
