import JSON
import Templating
import Testing

/// A text is held against the shape of what it will be filled with.
@Suite struct TemplateNameTests {
    private static let shape = JSONSchema.object(
        nil, .required("name", .string(example: "Ada")), .required("count", .integer(example: 1)),
        .required("isNew", .boolean), .required("reason", JSONSchema.string(example: "why").orNull),
        .required("total", .object(nil, .required("amount", .string(example: "1.00")))),
        .required(
            "items",
            .array(
                of: .object(
                    nil, .required("sku", .string(example: "A")), .required("name", .string(example: "Cup")),
                    .required("price", .object(nil, .required("amount", .string(example: "1.00"))))))))

    private func faults(_ text: String) -> [String] {
        Template.faults(in: text, filledWith: Self.shape).map(\.description)
    }

    @Test(arguments: [
        "", "no tags", "{{name}} {{count}} {{{name}}} {{& name }} {{total.amount}} {{reason}}",
        "{{#items}}{{sku}} {{price.amount}} {{name}} {{count}} {{total.amount}}{{/items}}{{^items}}none{{/items}}",
        "{{#total}}{{amount}}{{/total}}", "{{#isNew}}{{name}}{{/isNew}}{{^isNew}}{{count}}{{/isNew}}",
        "{{#reason}}{{.}} {{reason}}{{/reason}}{{^reason}}-{{/reason}}", "{{! missing }}",
        "{{#items}}{{#price}}{{amount}} {{sku}}{{/price}}{{/items}}",
    ])
    func whatTheDataHasIsAllowed(text: String) {
        #expect(faults(text) == [])
    }

    @Test(arguments: [
        ("Hi\n {{nmae}}", #"There is no "nmae" here (line 2, column 2)"#),
        ("{{total.sum}}", #"There is no "total.sum" here (line 1, column 1)"#),
        ("{{name.first}}", #"There is no "name.first" here (line 1, column 1)"#),
        ("ä{{sku}}", #""sku" is there within {{#items}} only (line 1, column 2)"#),
        (
            "{{#items}}{{/items}}{{price.amount}}",
            #""price.amount" is there within {{#items}} only (line 1, column 21)"#
        ),
        ("{{^items}}{{sku}}{{/items}}", #""sku" is there within {{#items}} only (line 1, column 11)"#),
        ("{{#items}}{{amount}}{{/items}}", #""amount" is there within {{#total}} only (line 1, column 11)"#),
        ("{{#lines}}{{anything}}{{/lines}}", #"There is no "lines" here (line 1, column 1)"#),
        ("{{#name}}x{{/name}}", #""name" is always there: it can be no section (line 1, column 1)"#),
        ("{{^count}}x{{/count}}", #""count" is always there: it can be no section (line 1, column 1)"#),
        ("{{items}}", #""items" is a list: it gives no text by itself (line 1, column 1)"#),
        ("{{{total}}}", #""total" is an object: it gives no text by itself (line 1, column 1)"#),
        ("{{isNew}}", #""isNew" is a boolean: it gives no text by itself (line 1, column 1)"#),
        ("{{#items}}{{.}}{{/items}}", #""." is an object: it gives no text by itself (line 1, column 11)"#),
        ("{{nmae}}{{#items}}", #"Unclosed section "items" (line 1, column 9)"#),
        ("{{>name}}", "Partials are not supported (line 1, column 1)"),
    ])
    func whatTheDataDoesNotHaveIsAFaultWithItsPlace(text: String, expected: String) {
        #expect(faults(text) == [expected])
    }

    @Test func everyFaultIsToldUpToABound() {
        #expect(faults("{{a}} {{name}}\n{{b}}").count == 2)
        #expect(faults(String(repeating: "{{a}}", count: 1_000)).count == Template.maximumFaults)
    }

    /// What the check lets pass finds its value: the rules of lookup are the library's.
    @Test func aNameThatIsAllowedGivesAText() throws {
        let data = try JSONValue(parsing: Self.shape.example.jsonBytes)
        for text in ["{{total.amount}}", "{{#items}}{{total.amount}}{{/items}}", "{{#total}}{{amount}}{{/total}}"] {
            #expect(faults(text) == [])
            #expect(try Template(text).render(data, escaping: .none) == "1.00")
        }
        // The whole path is looked for in one scope after the other, not its first name alone.
        let inner: JSONValue = .object(["a": .object([:])])
        let nested: JSONValue = .object(["a": .object(["b": "outer"]), "list": .array([inner])])
        #expect(try Template("{{#list}}{{a.b}}{{/list}}").render(nested, escaping: .none) == "outer")
    }
}
