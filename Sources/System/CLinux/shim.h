#pragma once
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

/// Names the calling thread, as `top` and debuggers show it. `prctl` itself is variadic.
static inline int tradewind_name_thread(const char *name) {
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}
