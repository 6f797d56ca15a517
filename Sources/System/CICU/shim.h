#pragma once
#include <stddef.h>
#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/uloc.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

// ICU's functions are macros that add the version to a name (`unum_open_72`), which Swift does not see: these call them.
// Texts are UTF-8 with a terminator, those that come out as those that go in; a length below 0 says that it failed.

/// Room for any amount or time in any language, in UTF-16 units. UTF-8 takes at most three bytes for each.
enum { tradewind_icu_text_capacity = 256, tradewind_icu_utf8_capacity = 3 * 256 + 1 };

static inline int32_t tradewind_icu_utf8(const UChar *text, int32_t length, char *utf8) {
    UErrorCode code = U_ZERO_ERROR;
    int32_t written = 0;
    u_strToUTF8(utf8, tradewind_icu_utf8_capacity, &written, text, length, &code);
    return U_FAILURE(code) ? -1 : written;
}

/// ICU's name of the locale that a tag of BCP 47 means: `de_AT` of `de-AT`. `locale` has room for ULOC_FULLNAME_CAPACITY.
static inline int tradewind_icu_locale(const char *tag, char *locale) {
    UErrorCode code = U_ZERO_ERROR;
    int32_t read = 0;
    uloc_forLanguageTag(tag, locale, ULOC_FULLNAME_CAPACITY, &read, &code);
    return U_SUCCESS(code) && code != U_STRING_NOT_TERMINATED_WARNING && read > 0;
}

/// Whether the tz database has a zone of that name.
static inline int tradewind_icu_is_time_zone(const char *name) {
    UErrorCode code = U_ZERO_ERROR;
    UChar zone[tradewind_icu_text_capacity], canonical[tradewind_icu_text_capacity];
    u_strFromUTF8(zone, tradewind_icu_text_capacity, NULL, name, -1, &code);
    UBool is_system = 0;
    ucal_getCanonicalTimeZoneID(zone, -1, canonical, tradewind_icu_text_capacity, &is_system, &code);
    return U_SUCCESS(code) && is_system;
}

/// What writes amounts of a currency with so many decimals; NULL where it fails. The caller closes it.
static inline void *tradewind_icu_open_money(const char *locale, const char *currency, int32_t decimals) {
    UErrorCode code = U_ZERO_ERROR;
    UChar wide[4];
    u_strFromUTF8(wide, 4, NULL, currency, -1, &code);
    UNumberFormat *format = unum_open(UNUM_CURRENCY, NULL, 0, locale, NULL, &code);
    if (U_SUCCESS(code)) unum_setTextAttribute(format, UNUM_CURRENCY_CODE, wide, 3, &code);
    if (U_FAILURE(code)) {
        unum_close(format);
        return NULL;
    }
    unum_setAttribute(format, UNUM_MIN_FRACTION_DIGITS, decimals);
    unum_setAttribute(format, UNUM_MAX_FRACTION_DIGITS, decimals);
    return (void *)format;
}

/// Writes a decimal number such as `-12.50`, digit by digit. `utf8` has room for tradewind_icu_utf8_capacity.
static inline int32_t tradewind_icu_write_money(void *format, const char *number, int32_t length, char *utf8) {
    UErrorCode code = U_ZERO_ERROR;
    UChar text[tradewind_icu_text_capacity];
    int32_t written = unum_formatDecimal(
        (UNumberFormat *)format, number, length, text, tradewind_icu_text_capacity, NULL, &code);
    return U_FAILURE(code) ? -1 : tradewind_icu_utf8(text, written, utf8);
}

static inline void tradewind_icu_close_money(void *format) { unum_close((UNumberFormat *)format); }

/// What writes day, minute and zone in the way of a locale; NULL where it fails. The caller closes it.
static inline void *tradewind_icu_open_time(const char *locale, const char *zone) {
    UErrorCode code = U_ZERO_ERROR;
    UChar skeleton[16], pattern[tradewind_icu_text_capacity], wide[tradewind_icu_text_capacity];
    u_strFromUTF8(skeleton, 16, NULL, "yMMMMdjmz", -1, &code);
    u_strFromUTF8(wide, tradewind_icu_text_capacity, NULL, zone, -1, &code);
    UDateTimePatternGenerator *generator = udatpg_open(locale, &code);
    int32_t length = 0;
    if (U_SUCCESS(code)) {
        length = udatpg_getBestPattern(generator, skeleton, -1, pattern, tradewind_icu_text_capacity, &code);
    }
    udatpg_close(generator);
    UDateFormat *format = udat_open(UDAT_PATTERN, UDAT_PATTERN, locale, wide, -1, pattern, length, &code);
    if (U_SUCCESS(code)) return (void *)format;
    udat_close(format);
    return NULL;
}

/// Writes a time in milliseconds since 1970. `utf8` has room for tradewind_icu_utf8_capacity.
static inline int32_t tradewind_icu_write_time(void *format, int64_t milliseconds, char *utf8) {
    UErrorCode code = U_ZERO_ERROR;
    UChar text[tradewind_icu_text_capacity];
    int32_t written = udat_format(
        (UDateFormat *)format, (UDate)milliseconds, text, tradewind_icu_text_capacity, NULL, &code);
    return U_FAILURE(code) ? -1 : tradewind_icu_utf8(text, written, utf8);
}

static inline void tradewind_icu_close_time(void *format) { udat_close((UDateFormat *)format); }

/// The first time after another, both in milliseconds since 1970, at which clocks of a zone come to show hour and minute.
/// On a day on which they skip it, the moment at which they do; where they show it twice, the first. INT64_MIN: it failed.
static inline int64_t tradewind_icu_next_daily(const char *zone, int32_t hour, int32_t minute, int64_t after) {
    UErrorCode code = U_ZERO_ERROR;
    UChar wide[tradewind_icu_text_capacity];
    u_strFromUTF8(wide, tradewind_icu_text_capacity, NULL, zone, -1, &code);
    UCalendar *calendar = ucal_open(wide, -1, "en", UCAL_GREGORIAN, &code);
    int64_t next = INT64_MIN;
    if (U_SUCCESS(code)) {
        ucal_setAttribute(calendar, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_NEXT_VALID);
        ucal_setAttribute(calendar, UCAL_REPEATED_WALL_TIME, UCAL_WALLTIME_FIRST);
        ucal_setMillis(calendar, (UDate)after, &code);
        int32_t year = ucal_get(calendar, UCAL_EXTENDED_YEAR, &code);
        int32_t month = ucal_get(calendar, UCAL_MONTH, &code);
        int32_t day = ucal_get(calendar, UCAL_DATE, &code);
        // A day beyond the month's end is taken for one of the next month.
        for (int32_t ahead = 0; ahead < 4 && U_SUCCESS(code) && next == INT64_MIN; ahead++) {
            ucal_clear(calendar);
            ucal_set(calendar, UCAL_EXTENDED_YEAR, year);
            ucal_set(calendar, UCAL_MONTH, month);
            ucal_set(calendar, UCAL_DATE, day + ahead);
            ucal_set(calendar, UCAL_HOUR_OF_DAY, hour);
            ucal_set(calendar, UCAL_MINUTE, minute);
            int64_t time = (int64_t)ucal_getMillis(calendar, &code);
            if (U_SUCCESS(code) && time > after) next = time;
        }
    }
    ucal_close(calendar);
    return next;
}
