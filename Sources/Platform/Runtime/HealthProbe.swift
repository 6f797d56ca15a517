import Glibc

/// Asks the process that listens on an address of this machine whether it is ready.
///
/// It is for the health checks of containers, whose images have neither a shell nor a client. It blocks its thread, and
/// starts none.
struct HealthProbe {
    /// Where the process listens; an address of all interfaces means this machine.
    let host: String
    let port: Int
    /// How long each step may take, in seconds.
    var timeout = 3

    enum Outcome: Equatable {
        case ready
        /// The reasons, as `/health/ready` tells them, or why there was no answer.
        case notReady(String)
    }

    func ask() -> Outcome {
        let everywhere = ["0.0.0.0": "127.0.0.1", "::": "::1"]
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(everywhere[host] ?? host, String(port), &hints, &found)
        guard failure == 0, let address = found?.pointee else {
            return .notReady("\(host) cannot be looked up: \(String(cString: gai_strerror(failure)))")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .notReady(systemError()) }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
            return .notReady("no answer on port \(port): \(systemError())")
        }
        let request = Array("GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard request.withUnsafeBytes({ send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }) > 0
        else { return .notReady(systemError()) }
        return outcome(of: answer(on: descriptor))
    }

    private func answer(on descriptor: Int32) -> Substring {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while answer.count < 64 * 1024 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        return Substring(decoding: answer, as: UTF8.self)
    }

    private func outcome(of answer: Substring) -> Outcome {
        if answer.hasPrefix("HTTP/1.1 200 ") { return .ready }
        let body = answer.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().first
        return .notReady(body.map(String.init) ?? "no answer on port \(port) within \(timeout) s")
    }

    private func systemError() -> String { String(cString: strerror(errno)) }
}
