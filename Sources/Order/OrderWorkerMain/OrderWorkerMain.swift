@main
struct OrderWorkerMain {
    static func main() {}
}
