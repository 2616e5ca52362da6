namespace Collab.Engine.Planning;

/// <summary>Of the rates of estimates those that whoever measures them anew must know.</summary>
public static class EstimateRates
{
    /// <summary>Reading a row, committing to it and hashing its key, one core of its owner, in seconds.</summary>
    public const double SecondsPerRow = CostRates.SecondsPerRow;
}
