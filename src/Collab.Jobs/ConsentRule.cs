namespace Collab.Jobs;

/// <summary>Whether a job takes only rows whose subjects consent (protocols/specs/consent.md).</summary>
public enum ConsentRule : byte
{
    /// <summary>Consent is not asked for.</summary>
    None = 0,

    /// <summary>Each owner takes only rows whose subject consents when they are read.</summary>
    Required = 1,

    /// <summary>So, and a run ends without a result when a subject whose row it took withdraws before its owner has sealed its receipt.</summary>
    Throughout = 2,
}
