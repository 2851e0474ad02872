// nodata.so: libpam has no memory for what a module would keep in its handle.
#include <security/pam_modules.h>

int pam_set_data(pam_handle_t *handle, const char *name, void *data,
                 void (*cleanup)(pam_handle_t *, void *, int)) {
    (void)handle, (void)name, (void)data, (void)cleanup;
    return PAM_BUF_ERR;
}
