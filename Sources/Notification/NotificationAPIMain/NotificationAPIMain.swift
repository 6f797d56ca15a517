@main
struct NotificationAPIMain {
    static func main() {}
}
