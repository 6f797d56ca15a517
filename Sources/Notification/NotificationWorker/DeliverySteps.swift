import DomainKit
import NotificationApplication

/// What a lane does with each delivery, the same on every channel.
public struct DeliverySteps: Sendable {
    let units: any UnitOfWorkProvider
    let advance: AdvanceDeliveries
    let lookUp: LookUpCustomers
    let templates: any TemplateCatalog
    let repository: any TemplateRepository
    let deliver: DeliverNotification

    /// - Parameters:
    ///   - units: opens one unit of work each time that results are recorded and deliveries taken.
    ///   - templates: where the words come from; `repository`: the same, within a unit of work.
    public init(
        units: any UnitOfWorkProvider, advance: AdvanceDeliveries, lookUp: LookUpCustomers,
        templates: any TemplateCatalog, repository: any TemplateRepository, deliver: DeliverNotification
    ) {
        self.units = units
        self.advance = advance
        self.lookUp = lookUp
        self.templates = templates
        self.repository = repository
        self.deliver = deliver
    }
}
