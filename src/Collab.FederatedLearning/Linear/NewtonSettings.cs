using Collab.Primitives;

namespace Collab.FederatedLearning.Linear;

/// <summary>What is agreed of a fit by Newton's method before it begins: the same at every party.</summary>
public sealed record NewtonSettings
{
    /// <summary>Regression, or logistic regression with the smooth sigmoid; that of three pieces has no likelihood.</summary>
    public LinearFamily Family { get; init; } = LinearFamily.Logistic;

    /// <summary>Steps at most, 1 to 100; R's <c>glm</c> takes 25. Regression needs one.</summary>
    public int MostSteps { get; init; } = 25;

    /// <summary>Whether all parties get the standard errors of all coefficients; else the label owner alone.</summary>
    public bool OpensErrors { get; init; }

    /// <summary>The digest of all of it, for parties to compare.</summary>
    public Digest Id => Digest.Of("collab-newton-settings-1", new CanonicalWriter().Byte((byte)Family).UInt32((uint)MostSteps).Byte(OpensErrors ? (byte)1 : (byte)0).Written);

    /// <summary>Throws unless everything is in its range.</summary>
    /// <exception cref="ArgumentException">Something is not.</exception>
    public void Check()
    {
        if (Family is not (LinearFamily.Regression or LinearFamily.Logistic)) throw new ArgumentException("Regression or logistic regression.", nameof(Family));
        if (MostSteps is < 1 or > 100) throw new ArgumentException("From 1 to 100 steps.", nameof(MostSteps));
    }
}
