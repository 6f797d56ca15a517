#ifndef TRADEWIND_CMUSTACHE_H
#define TRADEWIND_CMUSTACHE_H

#include <stdbool.h>
#include <stddef.h>

// Mustache templates (kainjow's header-only C++ library) behind a C interface.
//
// Texts are pointer and length in bytes, UTF-8, and need no terminator. No C++ exception leaves these functions; where
// memory runs out the process ends, as it does in Swift.

#ifdef __cplusplus
#define CMUSTACHE_NOEXCEPT noexcept
extern "C" {
#else
#define CMUSTACHE_NOEXCEPT
#endif

/// A parsed template. Not to be used by two threads at once.
typedef struct CMustacheTemplate CMustacheTemplate;

/// A value that a template is filled with. Filled by one thread, then read by any.
typedef struct CMustacheData CMustacheData;

/// What went wrong.
typedef enum CMustacheCode {
    CMustacheOK,
    CMustacheSyntax,
    CMustacheOutputTooLong,
    CMustacheTooMuchWork,
    CMustacheFailed,
} CMustacheCode;

/// A text that its receiver frees with ``cmustache_text_free``. `bytes` is NULL where there is none.
typedef struct CMustacheText {
    char *bytes;
    size_t length;
} CMustacheText;

/// How a function ended.
typedef struct CMustacheOutcome {
    CMustacheCode code;
    /// The output, or the message where `code` is not ``CMustacheOK``.
    CMustacheText text;
    /// For a syntax error: the offset in bytes at which the faulty tag begins.
    size_t offset;
} CMustacheOutcome;

/// Parses a template. `*parsed` belongs to the caller where the outcome is ``CMustacheOK``, and is NULL otherwise.
CMustacheOutcome cmustache_template_parse(const char *text, size_t length, CMustacheTemplate **parsed)
    CMUSTACHE_NOEXCEPT;
void cmustache_template_free(CMustacheTemplate *parsed) CMUSTACHE_NOEXCEPT;

/// Fills a template.
/// - escape_html: whether `{{name}}` escapes the characters that mean something in HTML.
/// - output_limit: the longest output in bytes.
/// - work_limit: how many bytes may be looked at; ends loops within loops that would write little and run for ever.
CMustacheOutcome cmustache_template_render(
    CMustacheTemplate *parsed, const CMustacheData *data, bool escape_html, size_t output_limit, size_t work_limit)
    CMUSTACHE_NOEXCEPT;

void cmustache_text_free(CMustacheText text) CMUSTACHE_NOEXCEPT;

CMustacheData *cmustache_data_string(const char *text, size_t length) CMUSTACHE_NOEXCEPT;
CMustacheData *cmustache_data_bool(bool value) CMUSTACHE_NOEXCEPT;
CMustacheData *cmustache_data_list(void) CMUSTACHE_NOEXCEPT;
CMustacheData *cmustache_data_object(void) CMUSTACHE_NOEXCEPT;
/// Appends `item` to a list and frees it.
void cmustache_data_append(CMustacheData *list, CMustacheData *item) CMUSTACHE_NOEXCEPT;
/// Sets a member of an object to `value` and frees that.
void cmustache_data_set(CMustacheData *object, const char *name, size_t length, CMustacheData *value) CMUSTACHE_NOEXCEPT;
void cmustache_data_free(CMustacheData *data) CMUSTACHE_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
