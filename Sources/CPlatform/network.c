#include "network.h"

#include <arpa/inet.h>
#include <string.h>

bool network_of(const char *host, char *room, size_t size)
{
    char address[INET6_ADDRSTRLEN];
    /* Behind '%' stands the interface of a link-local address. */
    size_t length = strcspn(host, "%");
    if (length >= sizeof address || size < NETWORK_LENGTH)
        return false;
    memcpy(address, host, length);
    address[length] = '\0';

    struct in_addr four;
    if (inet_pton(AF_INET, address, &four) == 1)
        return inet_ntop(AF_INET, &four, room, size) != NULL;
    struct in6_addr six;
    if (inet_pton(AF_INET6, address, &six) != 1)
        return false;
    if (IN6_IS_ADDR_V4MAPPED(&six))
        return inet_ntop(AF_INET, &six.s6_addr[12], room, size) != NULL;
    memset(&six.s6_addr[8], 0, 8);
    return inet_ntop(AF_INET6, &six, room, size) != NULL;
}
