import Encodings

/// How a recipient gets no more mails of a kind (RFC 2369).
public struct Unsubscription: Sendable {
    /// Where a mail that asks for it goes.
    public var address: MailAddress
    /// The subject of that mail; much too long a one is cut.
    public var subject: String
    /// An `https` URL that takes it with one click (RFC 8058): a POST of `List-Unsubscribe=One-Click`.
    public var url: String?

    /// - Parameter url: left out where it does not begin with `https://`, has anything but printable ASCII in it, or is longer
    ///   than 900 characters.
    public init(address: MailAddress, subject: String, url: String? = nil) {
        self.address = address
        self.subject = subject
        let isFit = url?.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>".utf8.contains($0) } == true
        self.url = isFit && url?.hasPrefix("https://") == true && (url?.utf8.count ?? 0) <= 900 ? url : nil
    }

    /// With the URL first: of several ways programs take the first that they know.
    var headers: [String] {
        var words = percentEncoded(subject)
        // A line has 998 characters at most, of which the address takes up to 450; each scalar becomes up to twelve.
        if words.utf8.count > 480 {
            words = percentEncoded(String(String.UnicodeScalarView(subject.unicodeScalars.prefix(40))))
        }
        let mail = "<mailto:\(percentEncoded(address.localPart))@\(address.domain)?subject=\(words)>"
        guard let url else { return ["List-Unsubscribe: \(mail)"] }
        return ["List-Unsubscribe: <\(url)>,\r\n \(mail)", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
    }
}
