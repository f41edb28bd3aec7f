package commands

import "coordd/store"

// ScanSlot calls f for the keys of one slot of a database, as far as they have
// been applied here, until all or at least limit have been seen. f must not call
// the engine.
func (e *Engine) ScanSlot(db int, slot uint16, limit int, f func(key string)) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	tx := e.store.View(0).On(db)
	tx.ScanSlots(slot, slot, 0, limit, func(key string, _ store.Type) { f(key) })
}
