@main
struct StockWorkerMain {
    static func main() {}
}
