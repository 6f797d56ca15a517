import Glibc
import JSON
import Templating
import Testing

@Suite struct TemplatingTests {
    private func rendered(
        _ text: String, _ data: JSONValue = .object([:]), escaping: Template.Escaping = .html
    ) throws -> String {
        try Template(text).render(data, escaping: escaping)
    }

    @Test func whatMeansSomethingInHTMLIsEscapedThere() throws {
        let data: JSONValue = .object(["name": .string(#"<b>"Ann" & 'Bo'</b>"#)])
        #expect(try rendered("{{name}}", data) == "&lt;b&gt;&quot;Ann&quot; &amp; &apos;Bo&apos;&lt;/b&gt;")
        #expect(try rendered("{{{name}}} {{&name}}", data) == #"<b>"Ann" & 'Bo'</b> <b>"Ann" & 'Bo'</b>"#)
        #expect(try rendered("{{name}}", data, escaping: .none) == #"<b>"Ann" & 'Bo'</b>"#)
    }

    @Test func sectionsLoopOverListsAndReachIntoObjects() throws {
        let items: [JSONValue] = [1, 2].map { number in
            .object(["name": .string("cup \(number)"), "price": .object(["amount": .string("\(number).00")])])
        }
        let text = "{{#items}}\n- {{name}}: {{price.amount}} {{shop}}\n{{/items}}\n{{^items}}none{{/items}}end"
        let data: JSONValue = .object(["items": .array(items), "shop": .string("X")])
        #expect(try rendered(text, data) == "- cup 1: 1.00 X\n- cup 2: 2.00 X\nend")
        #expect(try rendered("{{#items}}x{{/items}}{{^items}}none{{/items}}", .object(["items": .array([])])) == "none")
    }

    @Test func whatIsMissingOrNullGivesNothing() throws {
        let data: JSONValue = .object(["reason": .null, "yes": .bool(true), "no": .bool(false), "count": .integer(3)])
        #expect(try rendered("[{{missing}}{{reason}}{{#reason}}x{{/reason}}]", data) == "[]")
        #expect(try rendered("{{#yes}}y{{/yes}}{{#no}}n{{/no}}{{count}}", data) == "y3")
    }

    @Test func umlautsAndEmojiPassUnchanged() throws {
        let data: JSONValue = .object(["name": .string("Jürgen Groß 👩‍👩‍👧 \u{1F1E9}\u{1F1EA}")])
        #expect(try rendered("Grüße, {{name}} ✅", data) == "Grüße, Jürgen Groß 👩‍👩‍👧 \u{1F1E9}\u{1F1EA} ✅")
    }

    @Test(arguments: [
        ("Hello\n  {{name", "line 2, column 3"), ("{{#items}}x", "line 1, column 1"),
        ("über\r\n{{/items}}", "line 2, column 1"), ("{{#a}}{{/b}}", "line 1, column 1"),
        ("ä {{ }}", "line 1, column 3"), ("{{{x}}", "line 1, column 1"), ("{{", "line 1, column 1"),
    ])
    func aBrokenTemplateSaysWhereItIsBroken(text: String, position: String) {
        let error = #expect(throws: TemplateError.self) { try Template(text) }
        #expect(error?.code == .syntax)
        #expect(error?.position?.description == position)
        #expect(error?.message.isEmpty == false)
    }

    @Test func theDataCannotBecomeATemplate() throws {
        let data: JSONValue = .object(["name": .string("{{secret}}"), "secret": .string("hush")])
        #expect(try rendered("{{name}}", data) == "{{secret}}")
        for text in ["{{>name}}", "{{ > name }}", "{{=<% %>=}}<%>name%>"] {
            let error = #expect(throws: TemplateError.self) { try Template(text) }
            #expect(error?.code == .unsupportedTag)
        }
    }

    @Test func lengthAndDepthAreBounded() throws {
        let deep = String(repeating: "{{#a}}", count: 33) + String(repeating: "{{/a}}", count: 33)
        #expect(throws: TemplateError.self) { try Template(deep) }
        _ = try Template(String(repeating: "{{#a}}", count: 32) + String(repeating: "{{/a}}", count: 32))
        let error = #expect(throws: TemplateError.self) {
            try Template(String(repeating: "x", count: Template.maximumLength + 1))
        }
        #expect(error?.code == .tooLong)
    }

    @Test func loopsWithinLoopsEnd() throws {
        let data: JSONValue = .object(["a": .array(Array(repeating: .string("x"), count: 100))])
        let silent = String(repeating: "{{#a}}", count: 10) + String(repeating: "{{/a}}", count: 10)
        let work = #expect(throws: TemplateError.self) { try rendered(silent, data) }
        #expect(work?.code == .tooMuchWork)
        let line = String(repeating: "x", count: 1_000) + "\n"
        let loud = #expect(throws: TemplateError.self) { try rendered("{{#a}}{{#a}}\(line){{/a}}{{/a}}", data) }
        #expect(loud?.code == .outputTooLong)
    }

    @Test func oneTemplateServesManyAtOnce() async throws {
        let template = try Template("Dear {{name}}")
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let data: JSONValue = .object(["name": .string("<\(number)>")])
                    return number.isMultiple(of: 2)
                        ? try template.render(data, escaping: .html) == "Dear &lt;\(number)&gt;"
                        : try template.render(data, escaping: .none) == "Dear <\(number)>"
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test func manyRenderingsAndFailuresLeaveNoMemoryBehind() throws {
        let large: JSONValue = .object(["text": .string(String(repeating: "x", count: 100_000))])
        func round() throws {
            #expect(try rendered("{{&text}}", large).utf8.count == 100_000)
            #expect(throws: TemplateError.self) {
                try rendered(String(repeating: "{{&text}}", count: 11), large)
            }
            #expect(throws: TemplateError.self) { try Template("{{#items}}") }
        }
        for _ in 0..<50 { try round() }
        let before = residentPages()
        for _ in 0..<1_000 { try round() }
        // A round takes 400 KB and more while it lasts: were they kept, it would be 400 MB. Other tests run beside it.
        #expect((residentPages() - before) * 4_096 < 100_000_000)
    }
}

/// How many pages of the process are in memory, as `/proc/self/statm` says.
private func residentPages() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    fgets(&line, 128, file)
    let fields = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
        separator: " ")
    return fields.count > 1 ? Int(fields[1]) ?? 0 : 0
}
