#pragma once
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/// Names the calling thread, as `top` and debuggers show it. `prctl` itself is variadic.
static inline int tradewind_name_thread(const char *name) {
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}

/// Raises how many files the process may have open to the most that the system allows it, unless `keep` says not to.
/// - Returns: how many that are; 0 where it is not known.
static inline unsigned long tradewind_descriptor_limit(int keep) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (keep || limit.rlim_cur == limit.rlim_max) return limit.rlim_cur;
    struct rlimit raised = {limit.rlim_max, limit.rlim_max};
    return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}
