/// Why a server cannot serve.
public struct HTTPServerError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure.
    public enum Code: Sendable, Equatable {
        /// The host is no address or name of this machine.
        case addressInvalid
        /// Another process has the port.
        case addressInUse
        /// The system or libmicrohttpd refused for another reason.
        case startFailed
    }

    public let code: Code
    /// The address asked for, such as `127.0.0.1:8081`.
    public let address: String
    /// What the system said.
    public let reason: String

    public var description: String { "cannot serve HTTP on \(address): \(reason)" }
}
