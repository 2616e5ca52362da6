namespace Collab.Engine;

/// <summary>How long the engine waits for what must come. Together they keep the product's promise: one answer, on all sides, within 30 seconds.</summary>
public sealed record EngineLimits
{
    /// <summary>The product's limits.</summary>
    public static EngineLimits Default { get; } = new();

    /// <summary>A party that is there does each of its steps within this.</summary>
    public TimeSpan Party { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a party that ended a run waits for the others to end it too, so that all report the same reason.</summary>
    public TimeSpan Agreement { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node that was started again waits for what the others wrote of its runs meanwhile.</summary>
    public TimeSpan Recovery { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a run that can go on after an interruption waits for a party whose node is away.</summary>
    public TimeSpan Return { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often what could not be done is tried again while the ledger is quiet, for example fetching a plan from a party that is away.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);
}
