// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Why a call was refused. The numbers are part of the interface: protocols/specs/contract.md lists them, new ones go to the end.
enum Refusal {
    None,
    UnknownKey, // the sender is no key of this consortium, or was retired
    WrongRole, // the key, or its organisation, has not the role
    Inactive, // the organisation is suspended
    Paused, // the consortium is paused or has moved to a successor
    NotYours, // the thing belongs to another organisation
    Malformed, // a zero id, an unsorted list, a list too long, an empty window
    Exists, // an id in use, a second time of what may be done once
    Unknown, // no such thing
    WrongPlan, // another plan digest than the job's
    WrongVersion, // another version than the current one
    WrongState, // the job, run or motion is not in a state that allows it
    TooMuch, // more uses, more time or more members than allowed
    TooLate, // closing time, expiry or deadline has passed
    TooEarly, // the rotation delay, the start of the window or the deadline has not come
    LiveGrants, // an organisation cannot leave with live grants
    Unreachable, // fewer active operators would remain than the quorum
    JobClosed, // from here on: why a run may not start
    JobRevoked,
    JobNotBegun,
    JobExpired,
    JobSpent,
    RequesterOut,
    PartyOut,
    AlgorithmChanged,
    AlgorithmNotApproved,
    GrantMissing,
    DatasetChanged,
    GrantExpired,
    GrantSpent
}

/// The only error of the contract.
error Refused(Refusal why);

function demand(bool holds, Refusal why) pure {
    if (!holds) revert Refused(why);
}
