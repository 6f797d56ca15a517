import Glibc

/// One reader of what strangers send, fed by libFuzzer with whatever reaches a new place in its code.
///
/// A trap, a broken ``require(_:_:)``, an access that the address sanitizer forbids, and a second without an answer are
/// finds. `.ci/fuzz` runs all of them.
struct FuzzTarget: Sendable {
    let name: String
    let run: @Sendable ([UInt8]) -> Void

    static let all = [events, headers, values, json, query, template, tokens, mails]

    /// The one that `FUZZ_TARGET` names.
    static let chosen: FuzzTarget = {
        let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let target = all.first(where: { $0.name == name }) else {
            tell("FUZZ_TARGET is one of: \(all.map(\.name).joined(separator: " "))")
            exit(64)
        }
        return target
    }()
}

/// What must hold for every input. Where it does not, the process ends, which libFuzzer takes for a find.
func require(_ holds: Bool, _ what: @autoclosure () -> String) {
    guard !holds else { return }
    tell("does not hold: \(what())")
    abort()
}

private func tell(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

extension String {
    init(_ input: [UInt8]) { self.init(decoding: input, as: UTF8.self) }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
