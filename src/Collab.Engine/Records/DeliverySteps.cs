using Collab.Primitives;

namespace Collab.Engine.Records;

/// <summary>The steps of a delivery (protocols/specs/deliver.md).</summary>
internal static class DeliverySteps
{
    public static readonly StepId Key = new("deliver.1-key");
    public static readonly StepId Request = new("deliver.2-request");
    public static readonly StepId Reply = new("deliver.3-reply");
    public static readonly StepId Verify = new("deliver.4-verify");
}
