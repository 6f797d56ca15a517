import DomainKit
import JSON
import NotificationApplication
import PersonalDataAPI

extension CustomerDataRoutes {
    /// What Notification knows of a person, and forgetting it.
    /// - Parameters:
    ///   - units: opens one unit of work for each erasure.
    ///   - customers: what is known.
    public init(_ units: any UnitOfWorkProvider, customers: some CustomerData) {
        let forget = EraseCustomer(customers)
        self.init(units, customers: customers, as: CustomerRecordBody.self) { customer, _, work in
            try await forget(customer, in: work)
        }
    }
}

/// All that Notification knows of a customer.
struct CustomerRecordBody: CustomerDataBody {
    let customer: EntityID
    let record: CustomerRecord

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("customerId", customer)
            json.field("notifications", record.notifications.map(NotificationBody.init))
            json.field("texts", record.texts)
        }
    }
}
