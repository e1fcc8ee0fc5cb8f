/**
 * The account: who it is and what it may spend ({@link ai.flightmind.vast.account.Account}), its SSH keys ({@link
 * ai.flightmind.vast.account.SshKeys}), and what it was charged ({@link ai.flightmind.vast.account.Billing}).
 */
@NullMarked
package ai.flightmind.vast.account;

import org.jspecify.annotations.NullMarked;
