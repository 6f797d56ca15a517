@main
struct NotificationWorkerMain {
    static func main() {}
}
