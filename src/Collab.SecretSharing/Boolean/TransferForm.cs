namespace Collab.SecretSharing.Boolean;

/// <summary>How correlated transfers are made: much computing or many bytes.</summary>
public enum TransferForm
{
    /// <summary>By OT extension: 4 bytes on the wire for each.</summary>
    Extension = 0,

    /// <summary>By silent OT: some 0.12 bytes for each in batches of 2^20, and several times the work.</summary>
    Silent = 1,
}
