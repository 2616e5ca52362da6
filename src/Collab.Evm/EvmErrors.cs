using Collab.Primitives;

namespace Collab.Evm;

/// <summary>The failures of a chain and the way to it, by code.</summary>
public static class EvmErrors
{
    /// <summary>libcrypto was built without secp256k1, or is not there.</summary>
    public static readonly ErrorCode CurveMissing = new(
        "chain.curve-missing", ErrorKind.Failed, "Install OpenSSL 3 with the curve secp256k1, as Debian has it.");

    /// <summary>The file of an account's key.</summary>
    public static readonly ErrorCode KeyUnreadable = new(
        "chain.key-unreadable", ErrorKind.InvalidInput, "Check the file, its rights (its owner alone) and the passphrase.");

    /// <summary>A signature came out wrong: broken memory or a broken library.</summary>
    public static readonly ErrorCode SignatureWrong = new(
        "chain.signature-wrong", ErrorKind.Internal, "Do not use this machine for signing; test its memory and its OpenSSL.");

    /// <summary>No answer within the limit, or an HTTP status that is none.</summary>
    public static readonly ErrorCode Unreachable = new(
        "chain.unreachable", ErrorKind.Peer, "Check that the chain's node runs and that its address is right; what is queued is sent when it is back.");

    /// <summary>An answer that is too large, not JSON-RPC, or contradicts the question.</summary>
    public static readonly ErrorCode ReplyInvalid = new(
        "chain.reply-invalid", ErrorKind.Peer, "Check that the address is that of a chain's node; compare with another node before trusting this one.");

    /// <summary>The node refused a request.</summary>
    public static readonly ErrorCode Rejected = new(
        "chain.rejected", ErrorKind.Peer, "Read the node's log; check the account's balance and that the node offers this method.");

    /// <summary>The contract refused a call.</summary>
    public static readonly ErrorCode Reverted = new(
        "chain.reverted", ErrorKind.Refused, "Look at the state of the job and of the organisation on the contract; a refusal says why.");

    /// <summary>Something that an operation needs is not on the consortium's contract.</summary>
    public static readonly ErrorCode NotOnContract = new(
        "chain.not-on-contract", ErrorKind.Refused, "Have that party register it on the contract; compare the configured organisations and keys with the contract's.");

    /// <summary>The node is on another chain than the configuration, or on one without an id.</summary>
    public static readonly ErrorCode OtherChain = new(
        "chain.other-chain", ErrorKind.Refused, "Set the chain id of the configuration to that of the consortium's chain, or use another node.");

    /// <summary>Two nodes show different blocks, or different logs of one block.</summary>
    public static readonly ErrorCode EndpointsDisagree = new(
        "chain.endpoints-disagree", ErrorKind.Evidence, "Start no run; compare the nodes' blocks, and take out the one that is wrong or on a fork.");

    /// <summary>A block that was final is no longer on the chain.</summary>
    public static readonly ErrorCode FinalityBroken = new(
        "chain.finality-broken", ErrorKind.Evidence, "Start no run; settle with all parties which chain holds, and ask for more confirmations than before.");

    /// <summary>Too long since a head was seen: what the chain says now is not known.</summary>
    public static readonly ErrorCode ViewStale = new(
        "chain.view-stale", ErrorKind.Refused, "Wait until the chain's node is back in step; then start the run again.");

    /// <summary>The chain asks more for gas than the configuration allows.</summary>
    public static readonly ErrorCode FeeTooHigh = new(
        "chain.fee-too-high", ErrorKind.Refused, "Wait, or allow a higher price of gas; the transaction stays queued.");

    /// <summary>A log is not the one that was anchored on the contract, or its party anchored two.</summary>
    public static readonly ErrorCode AnchorConflict = new(
        "chain.anchor-conflict", ErrorKind.Evidence, "Take part in nothing with that party until it is settled; keep both states of its log and the transaction.");

    /// <summary>A file of anchors does not show that a bundle's logs were on the contract.</summary>
    public static readonly ErrorCode AnchorInvalid = new(
        "chain.anchor-invalid", ErrorKind.Evidence, "Take bundle and anchors anew when the logs' checkpoints are anchored; if that fails too, do not rely on a time by the chain.");

    /// <summary>The outbox's file is not what was written.</summary>
    public static readonly ErrorCode OutboxDamaged = new(
        "chain.outbox-damaged", ErrorKind.Evidence, "Keep the file; compare the account's transactions on the chain with the node's jobs before using the account again.");

    /// <summary>A write to the outbox did not reach the disk.</summary>
    public static readonly ErrorCode OutboxFailed = new(
        "chain.outbox-failed", ErrorKind.Failed, "Check free space and health of the disk, then restart the node; what was not written was not sent.");

    /// <summary>Another process has the outbox open.</summary>
    public static readonly ErrorCode OutboxInUse = new(
        "chain.outbox-in-use", ErrorKind.Refused, "Stop the other process that uses this account.");
}
