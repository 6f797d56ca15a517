import Lifecycle

/// Carries out transfers by libcurl, one at a time, on a thread of its own: what clients of different protocols share.
///
/// Connections are kept and used again. Certificates are verified. A cancelled task ends its transfer at once.
public actor TransferClient {
    private let handles = CurlHandles()
    private nonisolated let executor: ThreadExecutor
    private let ownsExecutor: Bool

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Connects to nobody yet; the thread starts with the first transfer.
    /// - Parameter name: the thread's name, of which the system keeps 15 characters.
    public init(name: String) {
        executor = ThreadExecutor(name: name)
        ownsExecutor = true
    }

    /// A client that shares a thread: whoever made that stops it.
    public init(on executor: ThreadExecutor) {
        self.executor = executor
        ownsExecutor = false
    }

    deinit { if ownsExecutor { executor.stop() } }

    /// Carries out `request` and waits for the whole answer.
    /// - Throws: ``TransferFailure``, also where a mail was refused. An answer of HTTP is none, whatever its status.
    public func perform(_ request: TransferRequest) async throws(TransferFailure) -> TransferAnswer {
        let result: Result<TransferAnswer, TransferFailure> = await withTaskCancellationHandler {
            do throws(TransferFailure) {
                return .success(try handles.perform(request))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            handles.wakeUp()
        }
        return try result.get()
    }
}
