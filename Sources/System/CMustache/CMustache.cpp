#include "CMustache.h"

#include <cstdlib>
#include <cstring>
#include <kainjow/mustache.hpp>
#include <string>

namespace mustache = kainjow::mustache;

struct CMustacheTemplate {
    mustache::mustache parsed;
    size_t length;
};

struct CMustacheData {
    mustache::data value;
};

namespace {

/// Ends a rendering that has become too long; thrown through the library, whose guards unwind.
struct LimitReached {
    CMustacheCode code;
};

/// The library's context, which counts what a rendering costs: at most the whole template for each pass through a
/// section, and the length of each value. The library itself bounds nothing.
class BoundedContext : public mustache::context<std::string> {
public:
    BoundedContext(const mustache::data *data, size_t template_length, size_t work_limit)
        : template_length_(template_length), left_(work_limit) {
        push(data);
    }

    void push(const mustache::data *data) override {
        spend(template_length_);
        context::push(data);
    }

    const mustache::data *get(const std::string &name) const override {
        const auto *value = context::get(name);
        spend(value != nullptr && value->is_string() ? value->string_value().size() + 1 : 1);
        return value;
    }

    // A partial would be read from the data, which customers have a hand in.
    const mustache::data *get_partial(const std::string &) const override { return nullptr; }

private:
    void spend(size_t cost) const {
        if (cost > left_) throw LimitReached{CMustacheTooMuchWork};
        left_ -= cost;
    }

    const size_t template_length_;
    mutable size_t left_;
};

/// Takes the library's output up to a limit. It has the one operator that the library asks of a stream.
class BoundedOutput {
public:
    explicit BoundedOutput(size_t limit) : limit_(limit) {}

    BoundedOutput &operator<<(const std::string &text) {
        if (text.size() > limit_ - bytes_.size()) throw LimitReached{CMustacheOutputTooLong};
        bytes_ += text;
        return *this;
    }

    const std::string &bytes() const { return bytes_; }

private:
    const size_t limit_;
    std::string bytes_;
};

CMustacheText copied(const std::string &text) {
    char *bytes = static_cast<char *>(std::malloc(text.size() + 1));
    if (bytes == nullptr) std::abort();
    std::memcpy(bytes, text.data(), text.size());
    return {bytes, text.size()};
}

CMustacheOutcome failure(CMustacheCode code, const std::string &message, size_t offset = 0) {
    return {code, copied(message), offset};
}

/// The library writes `Unclosed tag at 12`.
CMustacheOutcome syntax_error(const std::string &message) {
    const auto at = message.rfind(" at ");
    if (at == std::string::npos) return failure(CMustacheSyntax, message);
    const size_t offset = std::strtoull(message.c_str() + at + 4, nullptr, 10);
    return failure(CMustacheSyntax, message.substr(0, at), offset);
}

std::string unchanged(const std::string &text) { return text; }

}  // namespace

CMustacheOutcome cmustache_template_parse(const char *text, size_t length, CMustacheTemplate **parsed) noexcept {
    *parsed = nullptr;
    try {
        mustache::mustache result{std::string(text, length)};
        if (!result.is_valid()) return syntax_error(result.error_message());
        *parsed = new CMustacheTemplate{std::move(result), length};
        return {CMustacheOK, {nullptr, 0}, 0};
    } catch (const std::exception &error) {
        return failure(CMustacheFailed, error.what());
    } catch (...) {
        return failure(CMustacheFailed, "The template library failed");
    }
}

void cmustache_template_free(CMustacheTemplate *parsed) noexcept { delete parsed; }

CMustacheOutcome cmustache_template_render(
    CMustacheTemplate *parsed, const CMustacheData *data, bool escape_html, size_t output_limit, size_t work_limit) noexcept {
    try {
        if (escape_html) {
            parsed->parsed.set_custom_escape(mustache::html_escape<std::string>);
        } else {
            parsed->parsed.set_custom_escape(unchanged);
        }
        BoundedContext context(&data->value, parsed->length + 1, work_limit);
        BoundedOutput output(output_limit);
        parsed->parsed.render(context, output);
        return {CMustacheOK, copied(output.bytes()), 0};
    } catch (const LimitReached &limit) {
        return failure(limit.code, "");
    } catch (const std::exception &error) {
        return failure(CMustacheFailed, error.what());
    } catch (...) {
        return failure(CMustacheFailed, "The template library failed");
    }
}

void cmustache_text_free(CMustacheText text) noexcept { std::free(text.bytes); }

// From here on only memory can run out, and `noexcept` then ends the process.

CMustacheData *cmustache_data_string(const char *text, size_t length) noexcept {
    return new CMustacheData{mustache::data(std::string(text, length))};
}

CMustacheData *cmustache_data_bool(bool value) noexcept { return new CMustacheData{mustache::data(value)}; }

CMustacheData *cmustache_data_list() noexcept {
    return new CMustacheData{mustache::data(mustache::data::type::list)};
}

CMustacheData *cmustache_data_object() noexcept {
    return new CMustacheData{mustache::data(mustache::data::type::object)};
}

void cmustache_data_append(CMustacheData *list, CMustacheData *item) noexcept {
    list->value.push_back(item->value);
    delete item;
}

void cmustache_data_set(CMustacheData *object, const char *name, size_t length, CMustacheData *value) noexcept {
    object->value.set(std::string(name, length), value->value);
    delete value;
}

void cmustache_data_free(CMustacheData *data) noexcept { delete data; }
