import DomainKit
import OrderApplication
import PersonalDataAPI

extension CustomerDataRoutes {
    /// What Order knows of a person, and forgetting it here and in every domain that was told of their orders.
    /// - Parameters:
    ///   - units: opens one unit of work for each erasure.
    ///   - customers: what is known.
    public init(_ units: any UnitOfWorkProvider, customers: some CustomerData) {
        let forget = EraseCustomer(customers)
        self.init(
            units, customers: customers, as: CustomerRecordBody.self,
            details: "Orders stay. Stock and Notification forget, too."
        ) { customer, cause, work in try await forget(customer, cause: cause, in: work) }
    }
}
