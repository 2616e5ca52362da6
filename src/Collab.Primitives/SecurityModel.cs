namespace Collab.Primitives;

/// <summary>How strong the other parties may be without breaking a protocol's promises.</summary>
public enum SecurityModel
{
    /// <summary>Every party follows the protocol and may look at all it sees (honest but curious).</summary>
    SemiHonest = 1,

    /// <summary>A party may send whatever it likes; the others abort, and never take a wrong result.</summary>
    Malicious = 2,
}
