import Mail
import Testing

@Suite struct SMTPServerTests {
    @Test(arguments: [
        ("smtp://mail.example", "mail.example:25", SMTPServer.Encryption.optional),
        ("smtp://mail.example:587/shop.example", "mail.example:587", .optional),
        ("SMTPS://mail.example/", "mail.example:465", .implicit),
        ("smtp://user:secret@mail.example:587", "mail.example:587", .required),
        ("smtp://user:secret@127.0.0.1:2525", "127.0.0.1:2525", .optional),
        ("smtp://user:secret@[::1]:2525", "[::1]:2525", .optional),
        ("smtp://user:secret@127.example:2525", "127.example:2525", .required),
        ("smtp://us%40er:s%3Ae%2Fcret@mail.example?tls=optional", "mail.example:25", .optional),
        ("smtp://mail.example?tls=required", "mail.example:25", .required),
        ("smtp://mail.example:26/?tls=none", "mail.example:26", .none),
        ("smtps://user:p@ss@mail.example", "mail.example:465", .implicit),
    ])
    func aURLSaysWhereTheServerIsAndHowToTalkToIt(
        url: String, place: String, encryption: SMTPServer.Encryption
    ) throws {
        let server = try SMTPServer(url: url)
        #expect("\(server)" == place)
        #expect(server.encryption == encryption)
    }

    @Test(arguments: [
        "", "mail.example", "http://mail.example", "smtp://", "smtp://:25", "smtp://mail.example:0",
        "smtp://mail.example:65536",
        "smtp://mail.example:x", "smtp://us%er:secret@mail.example", "smtp://:secret@mail.example",
        "smtp://u%00:secret@mail.example", "smtp://mail.example?tls=maybe", "smtp://mail.example?tls=implicit",
        "smtps://mail.example?tls=none", "smtp://mail.example/a b", "smtp://mail.example/a/b", "smtp://mail example",
        "smtp://[::1", "smtp://[x]", "smtp://mail.example#x",
    ])
    func whatIsNoSuchURLIsRefusedWithoutRepeatingIt(url: String) {
        let fault = #expect(throws: SMTPURLFault.self) { try SMTPServer(url: url) }
        #expect(fault?.description.contains("secret") == false)
    }
}
