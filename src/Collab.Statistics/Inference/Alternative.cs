namespace Collab.Statistics.Inference;

/// <summary>What a test holds against its null hypothesis.</summary>
public enum Alternative
{
    /// <summary>The parameter differs.</summary>
    TwoSided = 1,

    /// <summary>The parameter is less.</summary>
    Less = 2,

    /// <summary>The parameter is greater.</summary>
    Greater = 3,
}
